import { balance, openQuote } from '../brackets.js';
import type { Filter, FilterContext } from './filter.js';

/**
 * Cuts brackets and quotes that close what the rest of the line already closes: `f(█)` with `x)` keeps `x`.
 * Where the text closes everything that the rest of the line closes and then goes on, it is kept whole and
 * takes the place of the rest: see `replacedClosers`.
 */
export const closingBrackets: Filter = {
  keep(text, context) {
    const { keep, replaced } = overlap(text, context);
    return replaced > 0 || keep < text.length ? keep : closesTooMuch(text, context);
  },
  settled(text, context) {
    const { hole, syntax } = context;
    const inPlace = syntax?.balance(text);
    if (inPlace) return inPlace.closed[0]?.index ?? text.length;
    const first = hole.lineSuffix.trim().charAt(0);
    if (!/[)\]}"'`]/.test(first)) return text.length;
    return balance(text, openQuote(hole.linePrefix)).closed[0]?.index ?? text.length;
  },
};

/** UTF-16 units of the rest of the line that the filtered `text` replaces; 0 for a plain insertion. */
export function replacedClosers(
  text: string,
  context: Pick<FilterContext, 'hole' | 'syntax'>,
): number {
  return overlap(text, context).replaced;
}

/** Where `text` closes what lines below close already, so that more is wrong with it than without. */
function closesTooMuch(text: string, { syntax }: FilterContext): number {
  const first = syntax?.balance(text)?.closed[0]?.index;
  if (!syntax || first === undefined) return text.length;
  const whole = syntax.newFaults(text);
  const cut = syntax.newFaults(text.slice(0, first));
  return whole !== undefined && cut !== undefined && cut < whole ? first : text.length;
}

/** Whether `text`, put where `linePrefix` ends, closes every bracket and quote of `closers` before any other. */
export function closesAll(text: string, closers: string, linePrefix: string): boolean {
  const { closed } = balance(text, openQuote(linePrefix));
  return Array.from(closers).every((closer, index) => closed[index]?.character === closer);
}

function overlap(
  text: string,
  { hole, syntax }: Pick<FilterContext, 'hole' | 'syntax'>,
): { keep: number; replaced: number } {
  const { closed } = syntax?.balance(text) ?? balance(text, openQuote(hole.linePrefix));
  const rest = hole.lineSuffix.trimEnd();
  const characters = closed.map(({ character }) => character);
  const used = matching(rest, characters);
  const first = closed[0];
  if (!first || used === 0) return { keep: text.length, replaced: 0 };
  const goesOn = text.slice(first.index).trimEnd() !== rest.trimStart();
  return used === rest.length && goesOn
    ? { keep: text.length, replaced: used }
    : { keep: first.index, replaced: 0 };
}

/** Length of the head of `rest` that is made of `closers` in order, blanks aside; 0 where the first differs. */
function matching(rest: string, closers: readonly string[]): number {
  let used = 0;
  for (const closer of closers) {
    const at = rest.length - rest.slice(used).trimStart().length;
    if (rest.charAt(at) !== closer) break;
    used = at + 1;
  }
  return used;
}
