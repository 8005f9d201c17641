import type { SyntaxTree } from '../context/syntax/syntax-tree.js';
import type { Definition } from '../context/syntax/tags.js';
import { startOfTextBehind, type TextRange } from '../context/syntax/text-range.js';

/** How far behind a place a definition may begin that the place belongs to, UTF-16 units: decorators can be long. */
const AHEAD = 1000;

/** Kinds of definitions that are a piece of code of their own. */
const pieces = /function|method|class|interface|enum|type|module|macro/;

/**
 * Definitions that hold a range, innermost first. What stands in front of one counts as part of it: `export`,
 * decorators, blanks of its line.
 */
export function definitionsAt(tree: SyntaxTree, { start, end }: TextRange): Definition[] {
  const from = Math.min(startOfTextBehind(tree.text, start), tree.text.length);
  const onSameLine = !/[\r\n]/.test(tree.text.slice(start, from));
  const place = { start: onSameLine ? from : start, end: Math.max(end, onSameLine ? from : start) };
  const { definitions } = tree.tags({ start: place.start, end: place.end + AHEAD });
  const found = definitions.filter(({ kind }) => pieces.test(kind));
  const around = found
    .filter((each) => each.start <= place.start && place.end <= each.end)
    .sort((a, b) => a.end - a.start - (b.end - b.start));
  const next = found.find((each) => each.start >= place.end);
  if (!next) return around;
  const whole = tree.statementsAround(next);
  // What stands in front of a definition within its statement, and in no other definition in between.
  const inFront =
    whole.statements.length === 1 &&
    whole.start <= place.start &&
    around.every((each) => each.start <= whole.start && whole.end <= each.end);
  return inFront ? [next, ...around] : around;
}

/** Where the comments begin that stand right above a place, with no blank line between; the place where there are none. */
export function withCommentsAbove(tree: SyntaxTree, start: number): number {
  const { text } = tree;
  let top = start;
  for (;;) {
    const gap = /(?:\r\n|\r|\n)[ \t]*$/.exec(text.slice(0, top));
    if (!gap) return top;
    const above = gap.index - 1;
    if (above < 0 || tree.place(above).inside !== 'comment') return top;
    const { start: from, statements } = tree.statementsAround({ start: above, end: above + 1 });
    const [comment] = statements;
    if (comment?.type.includes('comment') !== true || from >= top) return top;
    // A comment behind code on its line speaks of that.
    if (!/(?:^|[\r\n])[ \t]*$/.test(text.slice(0, from))) return top;
    top = from;
  }
}
