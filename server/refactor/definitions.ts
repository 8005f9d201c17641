import type { SyntaxTree } from '../context/syntax/syntax-tree.js';
import type { Definition } from '../context/syntax/tags.js';
import { startOfTextBehind, type TextRange } from '../context/syntax/text-range.js';

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
  const statement = tree.statementsAround(place);
  const around = {
    start: Math.min(statement.start, place.start),
    end: Math.max(statement.end, place.end),
  };
  return tree
    .tags(around)
    .definitions.filter(({ kind }) => pieces.test(kind))
    .filter((definition) => {
      if (definition.start <= place.start && place.end <= definition.end) return true;
      const whole = tree.statementsAround(definition);
      const alone = whole.statements.length === 1;
      // In front of it, not behind: what follows its end is another statement.
      return alone && whole.start <= place.start && place.end <= definition.start;
    })
    .sort((a, b) => a.end - a.start - (b.end - b.start));
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
