import type { Hole } from './hole.js';

const startsWithWord = /^[\p{L}\p{N}_$]/u;
const endsWithWord = /[\p{L}\p{N}_$]$/u;
const onlyClosing = /^[\s)\]}>"'`;:,{]*$/;

/**
 * Whether a request that nobody asked for by hand is worth an answer here. Not in front of a word, and not
 * right behind one where more than closing characters follows: there the person is editing, not writing.
 */
export function worthCompleting({ linePrefix, lineSuffix }: Hole): boolean {
  if (startsWithWord.test(lineSuffix)) return false;
  return onlyClosing.test(lineSuffix) || !endsWithWord.test(linePrefix);
}
