import type { NativeEngine, NativeRequest, NativeSummary } from '../engine/native/addon.js';

const none = new Int32Array(0);

/** A request on its way. */
export interface Asked {
  /** For `cancel`. */
  readonly handle: number;
  readonly summary: Promise<NativeSummary>;
}

/**
 * Queues a request in the inline lane: greedy, without drafts, and nothing but `maxTokens` ends it. `onToken` gets the text
 * of each token, which may be empty.
 */
export function ask(
  engine: NativeEngine,
  request: Pick<NativeRequest, 'tokens' | 'maxTokens' | 'heal'>,
  onToken: (text: string) => void = () => undefined,
): Asked {
  let handle = 0;
  const summary = new Promise<NativeSummary>((resolve, reject) => {
    handle = engine.generate(
      { ...request, lane: 0, draftLength: 0, endTokens: none, bannedTokens: none },
      (_id, text) => {
        onToken(text);
      },
      (error, ended) => {
        if (ended) resolve(ended);
        else reject(error ?? new Error('the engine gave neither an error nor a summary'));
      },
    );
  });
  return { handle, summary };
}
