/**
 * The settings, named as a person writes them: under `lacuna.` in the editor's configuration, or as the
 * object given as `initializationOptions`.
 */

/** Section to ask for with `workspace/configuration`. */
export const settingsSection = 'lacuna';

export interface LacunaSettings {
  /** Off: no model is loaded and every request is answered with nothing. */
  readonly enable: boolean;
  /** Absolute path of a GGUF file, `~/` allowed; empty uses the embedded model. */
  readonly model: string;
  /** Absolute path of a GGUF file for chat and edits, `~/` allowed; empty uses `model` for them, where it can answer. */
  readonly chatModel: string;
  /** Language identifiers in which nothing is completed. */
  readonly disabledLanguages: readonly string[];
  /** Most tokens a completion may take. 1 … 1024. */
  readonly maxTokens: number;
  /** Most lines a completion may take; 1 keeps every completion on one line. 1 … 100. */
  readonly maxLines: number;
  /** Milliseconds of quiet before an automatic request is worked on. 0 … 5000. */
  readonly debounce: number;
  /** Whether the model works on what nobody has asked for yet: the completion behind the one that is shown, and prompts. */
  readonly workAhead: boolean;
  /** Threads for the model; 0 picks the number of physical cores. 0 … 256. */
  readonly threads: number;
  /** Tokens that prompt and completion may fill together; capped by what the model was trained for. 64 … 163840. */
  readonly contextLength: number;
  /** The same for a model that answers and does not complete: prompt and answer. 512 … 163840. */
  readonly chatContextLength: number;
  /** Where the model runs: `auto` on a GPU where one works, else on the CPU. */
  readonly device: 'auto' | 'cpu' | 'cuda';
  /** `int8` keeps the KV cache in about half the memory, slightly rounded. */
  readonly kvCache: 'auto' | 'int8';
  /**
   * How prompts are planned for models that read the prefix first. `anchored`: around the place where typing began, so
   * that a keystroke costs what was typed; `plain`: around the cursor, anew at each keystroke.
   */
  readonly plan: 'anchored' | 'plain';
  /** Index the definitions of the workspace's files, where the workspace is trusted. */
  readonly index: boolean;
  /**
   * How sure the model must be of what is shown while somebody types: `eager` shows what is right one time in four,
   * `balanced` every other time, `strict` three times in four; `off` shows everything.
   */
  readonly confidence: 'off' | 'eager' | 'balanced' | 'strict';
}

export const defaultSettings: LacunaSettings = {
  enable: true,
  model: '',
  chatModel: '',
  disabledLanguages: [],
  maxTokens: 96,
  maxLines: 8,
  debounce: 40,
  workAhead: true,
  threads: 0,
  contextLength: 2048,
  chatContextLength: 8192,
  device: 'auto',
  kvCache: 'auto',
  plan: 'anchored',
  index: true,
  confidence: 'balanced',
};
