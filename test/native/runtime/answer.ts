/** Asking the native engine, and what it answered. */
import type {
  NativeEngine,
  NativeRequest,
  NativeSummary,
} from '../../../server/engine/native/addon.js';

export interface Answer {
  readonly ids: readonly number[];
  readonly text: string;
  readonly logProbabilities: readonly number[];
  readonly summary: NativeSummary;
}

const none = new Int32Array(0);

/** The whole answer to a request in the inline lane, 8 tokens unless it says otherwise. */
export function answerTo(
  engine: NativeEngine,
  request: Partial<NativeRequest> & { tokens: Int32Array },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const ids: number[] = [];
    const logProbabilities: number[] = [];
    let text = '';
    engine.generate(
      { lane: 0, maxTokens: 8, endTokens: none, bannedTokens: none, ...request },
      (id, piece, logProbability) => {
        ids.push(id);
        logProbabilities.push(logProbability);
        text += piece;
      },
      (error, summary) => {
        if (summary === null) reject(error ?? new Error('neither error nor summary'));
        else resolve({ ids, text, logProbabilities, summary });
      },
    );
  });
}
