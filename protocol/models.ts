/** Models on this machine, for whoever picks one. Result of `lacuna.listModels`. Sizes are bytes. */
export interface ModelsReport {
  /** The one that ships with Lacuna first, then those that complete, then the others; by name. */
  readonly models: readonly FoundModel[];
  /** Memory that programs can get now. */
  readonly availableBytes: number;
  /** Folders that were looked into, whether or not they are there. */
  readonly searched: readonly { readonly program: string; readonly folder: string }[];
  /** Whether the search was cut short: too many files, or too slow a disk. */
  readonly incomplete: boolean;
}

/** A model file, judged by its header; nothing of its weights was read. */
export interface FoundModel {
  readonly path: string;
  /** The model's own name, or what the program that fetched it calls it. */
  readonly name: string;
  /** Whose folder it lies in, e.g. `Ollama`; `Lacuna` for the one that ships with it. */
  readonly program: string;
  readonly bytes: number;
  /** GGUF's name of the architecture, e.g. `deepseek2`; absent where the file cannot be read. */
  readonly architecture?: string;
  /** The type that most of its weights have, e.g. `Q4_K`. */
  readonly weightType?: string;
  /** Tokens it was trained for. */
  readonly contextLength?: number;
  /** Whether it fills holes, and so can complete. */
  readonly completes: boolean;
  /** Whether it was trained to answer: it has a chat template and is no base model. */
  readonly chats: boolean;
  /** About what it takes in memory once it is loaded: weights, and the cache of two contexts. */
  readonly memoryBytes?: number;
  /** Why it cannot be used, or not for completions, and what to do. */
  readonly problem?: { readonly message: string; readonly remedy: string };
}
