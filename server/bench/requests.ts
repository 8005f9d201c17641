import type { NativeEngine, NativeRequest, NativeSummary } from '../engine/native/addon.js';

const none = new Int32Array(0);

/** A request on its way. */
export interface Asked {
  /** For `cancel`. */
  readonly handle: number;
  readonly summary: Promise<NativeSummary>;
}

/** What a request gave. */
export interface Answer {
  readonly ids: readonly number[];
  readonly summary: NativeSummary;
}

type Request = Pick<NativeRequest, 'tokens' | 'maxTokens'> & Partial<NativeRequest>;

/**
 * Queues a request in the inline lane: greedy, without drafts, and nothing but `maxTokens` ends it. `onToken` gets the text
 * of each token, which may be empty.
 */
export function ask(
  engine: NativeEngine,
  request: Pick<NativeRequest, 'tokens' | 'maxTokens' | 'heal'>,
  onToken: (text: string) => void = () => undefined,
): Asked {
  return queue(engine, { ...request, draftLength: 0 }, (_, text) => {
    onToken(text);
  });
}

/** The tokens of a request in the inline lane, drawn and drafted as it says; nothing but `maxTokens` ends it. */
export async function answerTo(engine: NativeEngine, request: Request): Promise<Answer> {
  const ids: number[] = [];
  const { summary } = queue(engine, request, (id) => ids.push(id));
  return { ids, summary: await summary };
}

/** Tokens a second of decoding; the first token came with the prompt's last pass. */
export function decodeRate({ generatedTokens, decodeMs }: NativeSummary): number {
  return ((generatedTokens - 1) / decodeMs) * 1000;
}

function queue(
  engine: NativeEngine,
  request: Request,
  onToken: (id: number, text: string) => void,
): Asked {
  let handle = 0;
  const summary = new Promise<NativeSummary>((resolve, reject) => {
    handle = engine.generate(
      { ...request, lane: 0, endTokens: none, bannedTokens: none },
      onToken,
      (error, ended) => {
        if (ended) resolve(ended);
        else reject(error ?? new Error('the engine gave neither an error nor a summary'));
      },
    );
  });
  return { handle, summary };
}
