/**
 * Anchors: where, in front of the cursor, the description of a hole ends and its content begins. A model that reads the
 * suffix behind the prefix has to compute the suffix anew whenever the prefix grows; with an anchor the prefix ends where
 * typing began, and what was typed since is given as the beginning of the middle.
 */

import { splitsPair } from './newline.js';
import type { CountTokens } from './trim.js';

/** Most tokens between an anchor and the cursor, however large the room is. */
const LONGEST_BEGUN = 128;

/** Most tokens between an anchor and the cursor where `room` tokens are there for the prompt. */
export function longestBegun(room: number): number {
  return Math.min(LONGEST_BEGUN, Math.floor(room / 8));
}

/** How far before the cursor the beginning of a word is looked for, UTF-16 units. */
const LONGEST_WORD = 64;
const isWord = /[\p{L}\p{N}\p{M}_$]/u;
const isBlank = /[ \t]/;

/**
 * Where in `prefix` (LF line ends) to put an anchor for a cursor at its end: at the start of its line, so that deleting what
 * stands on it costs nothing; on a long line in front of the word or the signs that the cursor stands behind, blanks
 * before them included, since those are one token. At most `most` tokens before the end.
 */
export function anchorOf(prefix: string, most: number, countTokens: CountTokens): number {
  const line = prefix.lastIndexOf('\n') + 1;
  for (const at of [line, startOfPiece(prefix, line)]) {
    // No token is worth more characters than this, so that a line of a megabyte need not be counted.
    if (prefix.length - at > most * 32) continue;
    if (countTokens(prefix.slice(at)) <= most) return at;
  }
  return prefix.length;
}

/**
 * What was typed since the anchor behind `before`, in a document that is cut `start` UTF-16 units behind its beginning and
 * whose prefix is `prefix`; `undefined` where another text stands in front of the anchor, or the cursor does.
 */
export function begunSince(before: string, start: number, prefix: string): string | undefined {
  const anchor = start + before.length;
  if (!prefix.startsWith(before, start) || splitsPair(prefix, anchor)) return undefined;
  return prefix.slice(anchor);
}

/** Where the last run of word characters, or of signs, begins in `prefix`, or the blanks before it; not before `least`. */
function startOfPiece(prefix: string, least: number): number {
  const from = Math.max(least, prefix.length - LONGEST_WORD);
  let at = prefix.length;
  const last = prefix.at(-1) ?? '';
  const kind = (unit: string): number => (isBlank.test(unit) ? 0 : isWord.test(unit) ? 1 : 2);
  while (at > from && !isBlank.test(last) && kind(prefix.charAt(at - 1)) === kind(last)) at--;
  while (at > from && isBlank.test(prefix.charAt(at - 1))) at--;
  return splitsPair(prefix, at) ? at - 1 : at;
}
