import { tokensBehind, tokensWithin, type ScoredToken } from './scored-tokens.js';

/** What is known of a completion besides its text, to decide how much of it to show. */
export interface Evidence {
  /** What generated the text, in order; empty where that is not known. */
  readonly tokens: readonly ScoredToken[];
  /** Where statements end in the text with LF line ends, UTF-16 units, as far as a syntax tree tells. */
  readonly statementEnds: readonly number[];
}

/** Of the text behind its first `length` units. */
export function evidenceBehind({ tokens, statementEnds }: Evidence, length: number): Evidence {
  return {
    tokens: tokensBehind(tokens, length),
    statementEnds: statementEnds.flatMap((end) => (end > length ? end - length : [])),
  };
}

/** Of the first `length` units of the text. */
export function evidenceWithin({ tokens, statementEnds }: Evidence, length: number): Evidence {
  return {
    tokens: tokensWithin(tokens, length),
    statementEnds: statementEnds.filter((end) => end <= length),
  };
}

/** Bytes that it takes, about. */
export function evidenceBytes({ tokens, statementEnds }: Evidence): number {
  return 40 * tokens.length + 8 * statementEnds.length;
}
