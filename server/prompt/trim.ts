/**
 * Where to cut a document so that it fits a number of tokens. Cuts are made at line starts of a grid that
 * hangs on the text itself, not on the cursor: while somebody types, the same cut comes out again and again,
 * and the KV cache of everything behind it stays valid.
 */

import { splitsPair } from './newline.js';

export type CountTokens = (text: string) => number;

/** A stretch of text and the tokens it takes. */
export interface Trimmed {
  readonly text: string;
  readonly tokens: number;
}

/** Longest piece of a suffix line that is counted, and cut, as one; UTF-16 units. */
const LINE_PIECE = 64;

/**
 * The end of `prefix` that fits `budget` tokens, cut at its start: whole if it fits, otherwise from the first
 * grid point on that leaves it small enough. Two prefixes that differ only near their end share their grid.
 *
 * `step` is the distance of grid points in UTF-16 units, ≥ 2. Blocks between two grid points are counted one
 * by one, which a counter that caches by content answers at once; the result is then counted as a whole, so
 * that it fits for certain.
 */
export function trimPrefix(
  prefix: string,
  budget: number,
  step: number,
  countTokens: CountTokens,
): Trimmed {
  let block = Math.floor(Math.max(0, prefix.length - 1) / step);
  let start = prefix.length;
  let sum = 0;
  for (; block >= 0; block--) {
    const candidate = gridPoint(prefix, block, step);
    if (candidate >= start) continue;
    sum += countTokens(prefix.slice(candidate, start));
    if (sum > budget) break;
    start = candidate;
  }
  for (;;) {
    const text = prefix.slice(start);
    const tokens = text === '' ? 0 : countTokens(text);
    if (tokens <= budget) return { text, tokens };
    block++;
    start = Math.max(start, Math.min(prefix.length, gridPoint(prefix, block + 1, step)));
  }
}

/**
 * The start of `suffix` that fits `budget` tokens, cut at its end: as many whole lines as fit, or where not
 * even the first one does, as much of it as fits.
 */
export function trimSuffix(suffix: string, budget: number, countTokens: CountTokens): Trimmed {
  const cuts = [0];
  let sum = 0;
  for (let end = 0; end < suffix.length;) {
    const next = lineEnd(suffix, end);
    sum += countTokens(suffix.slice(end, next));
    if (sum > budget) break;
    cuts.push(next);
    end = next;
  }
  for (;;) {
    const text = suffix.slice(0, wholeLines(suffix, cuts));
    const tokens = text === '' ? 0 : countTokens(text);
    if (tokens <= budget) return { text, tokens };
    cuts.pop();
  }
}

/**
 * The text and its tokens where it takes at most `budget`, else `undefined`. Counts no more of a longer text
 * than it must: pieces of `step` UTF-16 units, which add up to about what they take together.
 */
export function fitting(
  text: string,
  budget: number,
  step: number,
  countTokens: CountTokens,
): Trimmed | undefined {
  if (text === '') return { text, tokens: 0 };
  if (text.length > step) {
    let sum = 0;
    for (let at = 0; at < text.length; at += step) {
      sum += countTokens(text.slice(at, at + step));
      if (sum > 2 * budget) return undefined;
    }
  }
  const tokens = countTokens(text);
  return tokens <= budget ? { text, tokens } : undefined;
}

/** Whether `trimPrefix` may cut `prefix` at `start`, for some budget and this `step`. */
export function isPrefixCut(prefix: string, start: number, step: number): boolean {
  if (start === 0) return true;
  return start < prefix.length && gridPoint(prefix, Math.floor(start / step), step) === start;
}

/** Whether `trimSuffix` may cut `suffix` at `end` and leave something of it, for some budget. */
export function isSuffixCut(suffix: string, end: number): boolean {
  if (end === suffix.length) return true;
  if (end <= 0 || end > suffix.length) return false;
  return (
    suffix[end - 1] === '\n' || !(suffix.slice(0, end).includes('\n') || splitsPair(suffix, end))
  );
}

/** The first line start in block `block` of the grid, or the block's own start where no line begins in it. */
function gridPoint(text: string, block: number, step: number): number {
  if (block <= 0) return 0;
  const base = block * step;
  const newline = text.slice(base - 1, base + step - 1).indexOf('\n');
  if (newline >= 0) return base + newline;
  return splitsPair(text, base) ? base + 1 : base;
}

/** Behind the end of the line at `from`, or a piece further on in a long line. */
function lineEnd(text: string, from: number): number {
  const limit = Math.min(text.length, from + LINE_PIECE);
  const newline = text.slice(from, limit).indexOf('\n');
  if (newline >= 0) return from + newline + 1;
  return splitsPair(text, limit) ? limit - 1 : limit;
}

/** The last cut that ends a line or the text; where there is none, the last cut. */
function wholeLines(text: string, cuts: readonly number[]): number {
  const isLineEnd = (at: number) => at > 0 && (at === text.length || text[at - 1] === '\n');
  return cuts.findLast(isLineEnd) ?? cuts.at(-1) ?? 0;
}
