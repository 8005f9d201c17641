/** Requests to a native engine, for its tests. */
import type {
  NativeEngine,
  NativeRequest,
  NativeSummary,
} from '../../../server/engine/native/addon.js';

export interface Answer {
  readonly ids: number[];
  readonly text: string;
  readonly logProbabilities: number[];
  readonly summary: NativeSummary;
}

const none = new Int32Array(0);

/** `length` tokens below 250; for another `step` others, from the first on. */
export const prompt = (length: number, step = 37): Int32Array =>
  Int32Array.from({ length }, (_, i) => ((i + 1) * step + Math.floor(i / 11)) % 250);

/** In the inline lane, eight greedy tokens, unless `request` says otherwise. */
export function ask(
  engine: NativeEngine,
  request: Partial<NativeRequest> & { readonly tokens: Int32Array },
  onToken?: () => void,
): { readonly handle: number; readonly answer: Promise<Answer> } {
  let handle = 0;
  const answer = new Promise<Answer>((resolve, reject) => {
    const ids: number[] = [];
    const logProbabilities: number[] = [];
    let text = '';
    handle = engine.generate(
      { lane: 0, maxTokens: 8, endTokens: none, bannedTokens: none, ...request },
      (id, piece, logProbability) => {
        ids.push(id);
        logProbabilities.push(logProbability);
        text += piece;
        onToken?.();
      },
      (error, summary) => {
        if (summary === null) reject(error ?? new Error('neither error nor summary'));
        else resolve({ ids, text, logProbabilities, summary });
      },
    );
  });
  return { handle, answer };
}

/** Resolves once `reached` holds, which is asked after every turn of the event loop, or every `everyMs` milliseconds. */
export async function until(reached: () => boolean, everyMs?: number): Promise<void> {
  while (!reached()) {
    await new Promise((resolve) =>
      everyMs === undefined ? setImmediate(resolve) : setTimeout(resolve, everyMs),
    );
  }
}
