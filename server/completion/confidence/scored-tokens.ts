import type { GeneratedToken } from '../../engine/contract.js';

/** A generated token that wrote a piece of a completion. */
export interface ScoredToken {
  /**
   * Where its piece ends in the completion's text with LF line ends, UTF-16 units. Never less than the end before it; the
   * same where several tokens write one character.
   */
  readonly end: number;
  /** Natural logarithm of the probability that the model gave it; ≤ 0. */
  readonly logProbability: number;
}

/**
 * Which of `tokens` wrote which piece of `text`. The text is what is left of theirs: filters cut its end, and white space
 * may have been added, changed or taken out anywhere. A token of which anything is left counts, and none that stands behind
 * the end. What nobody generated, such as a line that was added behind the text, belongs to no token.
 *
 * `healed`: whether tokens of the prompt were taken back. Those that only write them again come first, have no text, and
 * tell nothing of the answer.
 */
export function scoredTokens(
  tokens: readonly Pick<GeneratedToken, 'text' | 'logProbability'>[],
  text: string,
  healed: boolean,
): ScoredToken[] {
  const scored: ScoredToken[] = [];
  /** Those that wrote the beginning of a character, until its end is there. */
  let begun: number[] = [];
  let at = 0;
  for (const { text: piece, logProbability } of healed ? withoutRewritten(tokens) : tokens) {
    begun.push(logProbability);
    if (piece === '') continue;
    const end = endOf(piece, text, at);
    if (end === undefined) break;
    if (end > at) for (const each of begun) scored.push({ end, logProbability: each });
    begun = [];
    at = end;
  }
  return scored;
}

function withoutRewritten<Token extends { readonly text: string }>(
  tokens: readonly Token[],
): readonly Token[] {
  const first = tokens.findIndex(({ text }) => text !== '');
  return first < 0 ? [] : tokens.slice(first);
}

/** Where `piece` ends in `text` if it begins at `at`, white space aside; `undefined` where something else stands there. */
function endOf(piece: string, text: string, at: number): number | undefined {
  let end = at;
  for (let read = 0; read < piece.length;) {
    if (piece[read] === text[end]) {
      read++;
      end++;
    } else if (isBlank(piece[read])) read++;
    else if (isBlank(text[end])) end++;
    // The text may have been cut inside this token: what is left of it is its piece.
    else return end === text.length ? end : undefined;
  }
  return end;
}

function isBlank(character: string | undefined): boolean {
  return character !== undefined && /\s/.test(character);
}

/** Those that wrote anything behind the first `length` units, with ends counted from there. */
export function tokensBehind(tokens: readonly ScoredToken[], length: number): ScoredToken[] {
  return tokens.flatMap(({ end, logProbability }) =>
    end > length ? [{ end: end - length, logProbability }] : [],
  );
}

/** Those that wrote anything of the first `length` units; the last one ends there at the latest. */
export function tokensWithin(tokens: readonly ScoredToken[], length: number): ScoredToken[] {
  let start = 0;
  return tokens.flatMap(({ end, logProbability }, index) => {
    // Of several tokens that write one character, each starts where the character does.
    const before = tokens[index - 1]?.end ?? 0;
    start = before < end ? before : start;
    return start < length ? [{ end: Math.min(end, length), logProbability }] : [];
  });
}
