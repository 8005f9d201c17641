import type { Engine } from '../engine/contract.js';

/** Where conversations get their answers from. */
export interface ChatModel {
  /** The model to talk to, once it has loaded, or why there is none. Never rejects. */
  engine(signal: AbortSignal): Promise<
    | { readonly engine: Engine; readonly refusal?: never }
    | {
        readonly engine?: never;
        readonly refusal: { readonly message: string; readonly remedy: string };
      }
  >;
  /** Tells that a request on `engine` failed. */
  requestFailed(engine: Engine, error: unknown): void;
}
