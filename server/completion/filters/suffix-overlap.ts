import { balance, openQuote } from '../brackets.js';
import type { Filter, FilterContext } from './filter.js';

/**
 * Cuts a tail that the rest of the cursor's line already says: `foo(█, 10)` with `x, 10)` keeps `x`. Not
 * where the tail belongs to what the text itself opened, and not where only closing brackets follow: those
 * are `closingBrackets`' business.
 */
export const suffixOverlap: Filter = {
  keep(text, context) {
    const rest = restOfLine(context);
    const written = text.trimEnd();
    if (rest === '') return text.length;
    const quote = openQuote(context.hole.linePrefix);
    const { open } = balance(written, quote);
    for (let k = Math.min(rest.length, written.length); k > 0; k--) {
      const tail = rest.slice(0, k);
      if (!written.endsWith(tail) || !isTelling(tail, rest)) continue;
      const kept = written.slice(0, written.length - k);
      if (balance(kept, quote).open <= open) return kept.length;
    }
    return text.length;
  },

  settled(text, context) {
    const rest = restOfLine(context);
    if (rest === '') return text.length;
    for (let start = 0; start < text.length; start++) {
      const tail = text.slice(start);
      const written = tail.trimEnd();
      if (rest.startsWith(tail) || (written !== '' && rest.startsWith(written))) return start;
    }
    return text.length;
  },
};

function restOfLine({ hole }: FilterContext): string {
  const rest = hole.lineSuffix.trim();
  return /^[)\]}\s]*$/.test(rest) ? '' : rest;
}

/** A tail that cannot well be there by chance: the whole rest of the line, or a piece with a word in it. */
function isTelling(tail: string, rest: string): boolean {
  return tail === rest || (tail.trim().length >= 3 && /\w/.test(tail));
}
