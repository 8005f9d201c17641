/**
 * What Lacuna is doing, pushed from server to client whenever it changes.
 */

/** Method of the notification that carries a `LacunaStatus`. Server to client. */
export const statusMethod = 'lacuna/status';

/**
 * `Normal`: completions work, or will once the model has loaded. `Warning`: they work, with a flaw.
 * `Error`: they do not work until someone acts. `Inactive`: they are switched off.
 */
export type StatusKind = 'Normal' | 'Warning' | 'Error' | 'Inactive';

export interface LacunaStatus {
  /** True while a model loads or a completion is generated. */
  readonly busy: boolean;
  readonly kind: StatusKind;
  /** One sentence for a person. */
  readonly message: string;
  /** What to do about it; present where `kind` is not `Normal`. */
  readonly remedy?: string;
  /** Why nothing was offered at the latest place, where nothing may be; `document` is the URI of what it stands in. */
  readonly refusal?: Explanation;
  /** How many files of the workspace have been indexed, of how many that have to be; absent when none is left. */
  readonly indexing?: { readonly done: number; readonly total: number };
  /**
   * Why nothing was shown although there was something: the model was not sure of it, and nobody had asked. `document` is
   * the URI of what it stands in.
   */
  readonly withheld?: Explanation;
  /** Why nothing has come yet: the model has been at the latest completion for longer than somebody who types waits. */
  readonly engineBusy?: Explanation;
  /** Name of the loaded model. */
  readonly model?: string;
  /** Where the model runs, e.g. `cpu (AVX-512, 2 threads)`. */
  readonly device?: string;
  /** Why it runs there, a phrase: `the NVIDIA driver finds no GPU`. */
  readonly deviceReason?: string;
  /** The model that answers, where it is one of its own; absent until somebody has asked it. */
  readonly chat?: ChatModelStatus;
  /** Decoding speed of the latest completion, tokens a second. */
  readonly tokensPerSecond?: number;
}

/** Why nothing came in a document, and what to do: a sentence each, and the document's URI. */
export interface Explanation {
  readonly message: string;
  readonly remedy: string;
  readonly document: string;
}

/** A model for chat and edits beside the one that completes. */
export type ChatModelStatus =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly model: string; readonly device: string }
  | { readonly state: 'failed'; readonly message: string; readonly remedy: string };
