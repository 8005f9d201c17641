import type { Evidence } from './evidence.js';
import type { ScoredToken } from './scored-tokens.js';
import type { Shape } from '../shape.js';
import type { Thresholds } from './thresholds.js';

/** A completion as the gate sees it. */
export interface ScoredText extends Evidence {
  /** With LF line ends. */
  readonly text: string;
}

/** Which thresholds are a text's: what was begun as a line may have gone on as a block. `text` has LF line ends. */
export function gatedShape(text: string, shape: Shape): Shape {
  return text.includes('\n') ? 'block' : shape;
}

/** Natural logarithm of the probability that the model gave the text: the sum over its tokens (chain rule). */
export function logLikelihood(tokens: readonly ScoredToken[]): number {
  return tokens.reduce((sum, { logProbability }) => sum + logProbability, 0);
}

/**
 * How much of a text may be shown to somebody who has not asked for it, UTF-16 units: all of it where the whole is sure
 * enough; else the longest beginning that is, cut back to the end of a statement, of a line or of a word; 0 where none is.
 *
 * The rest of a text that was typed in part is never less sure than the text was, so what is shown stays as it is typed.
 */
export function shownLength(scored: ScoredText, { whole, head }: Thresholds): number {
  const { text, tokens } = scored;
  if (tokens.length === 0) return text.length;
  if (whole !== null && logLikelihood(tokens) >= whole) return text.length;
  return head === null ? 0 : cutBack(scored, sureEnd(tokens, head));
}

/** Where the longest beginning ends that is given `least` at least. */
function sureEnd(tokens: readonly ScoredToken[], least: number): number {
  let sum = 0;
  let sure = 0;
  for (const { end, logProbability } of tokens) {
    sum += logProbability;
    if (sum < least) break;
    sure = end;
  }
  return sure;
}

/** The last good place to end at or before `end`. A beginning without a letter or a digit is not worth showing. */
function cutBack({ text, statementEnds }: ScoredText, end: number): number {
  if (end >= text.trimEnd().length) return text.length;
  const places = [
    statementEnds.findLast((at) => at <= end),
    lineEnd(text, end),
    wordEnd(text, end),
  ];
  return places.find((at) => at !== undefined && isTelling(text.slice(0, at))) ?? 0;
}

function lineEnd(text: string, end: number): number | undefined {
  const at = text.lastIndexOf('\n', end);
  return at > 0 ? at : undefined;
}

/** White space before it is left out. Nothing of a word that goes on behind `end` is kept. */
function wordEnd(text: string, end: number): number {
  const head = text.slice(0, end);
  const inside = /^[\p{L}\p{N}_$\p{M}]/u.test(text.slice(end));
  const kept = inside ? head.replace(/[\p{L}\p{N}_$\p{M}]+$/u, '') : head;
  return wholeCharacters(kept.trimEnd());
}

/** Without the first half of a surrogate pair at the end. */
function wholeCharacters(text: string): number {
  return /[\uD800-\uDBFF]$/.test(text) ? text.length - 1 : text.length;
}

function isTelling(text: string): boolean {
  return /[\p{L}\p{N}_$]/u.test(text);
}
