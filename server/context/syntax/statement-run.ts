import type { Node } from 'web-tree-sitter';
import { capturesIn } from './matches.js';
import type { SyntaxNode } from './nodes.js';
import type { Source } from './source.js';
import { statementsOf } from './statements.js';
import { endOfTextBefore, rangeOf, startOfTextBehind, type TextRange } from './text-range.js';

/** Whole statements that stand side by side in a block, members of a class and definitions among them. */
export interface StatementRun extends TextRange {
  /** What they stand in: a block, or the whole text. */
  readonly container: SyntaxNode;
  /** In the order of the text; none where the range touches no statement, and `start` and `end` are the range's own. */
  readonly statements: readonly SyntaxNode[];
}

/** What holds statements although no query calls it a block: sources between `#if` and `#endif`, and Ruby's bodies. */
const holders: ReadonlySet<string> = new Set([
  'body_statement',
  'then',
  'else',
  'do',
  'preproc_if',
  'preproc_ifdef',
  'preproc_elif',
  'preproc_else',
]);

/**
 * The statements that a range touches, in the innermost block that holds all of it. Blanks at its ends count for nothing;
 * an empty range between two statements takes the one that begins there.
 */
export function statementRunAround(source: Source, range: TextRange): StatementRun {
  const { start, end } = trimmed(source.text, range);
  const container = containerOf(source, { start, end });
  const all = statementsOf(container);
  const touched = all.filter((node) =>
    start === end
      ? node.startIndex <= start && start < node.endIndex
      : node.startIndex < end && start < node.endIndex,
  );
  const behind = start === end ? all.filter(({ endIndex }) => endIndex === start) : [];
  const taken = touched.length > 0 ? touched : behind;
  const [first] = taken;
  const last = taken.at(-1);
  return {
    // Directives and comments of some grammars hold the end of their line.
    ...(first && last
      ? trimmed(source.text, { start: first.startIndex, end: last.endIndex })
      : { start, end }),
    container: dataOf(container),
    statements: taken.map(dataOf),
  };
}

/** The range without blanks at its ends; where nothing is left, its end. */
function trimmed(text: string, { start, end }: TextRange): TextRange {
  const from = startOfTextBehind(text, start);
  const to = endOfTextBefore(text, end);
  return from < to ? { start: from, end: to } : { start: end, end };
}

function containerOf(source: Source, range: TextRange): Node {
  const blocks = new Set(
    capturesIn(source.grammar, 'blocks', source.root, range)
      .filter(({ name }) => name === 'block')
      .map(({ node }) => node.id),
  );
  let node: Node | null = source.root.descendantForIndex(
    range.start,
    Math.max(range.end - 1, range.start),
  );
  for (; node; node = node.parent)
    if ((blocks.has(node.id) || holders.has(node.type)) && holdsInside(node, range)) return node;
  return source.root;
}

/** What stands in front of a block's statements in grammars whose blocks begin with `def` or `if`. */
const headers = ['name', 'receiver', 'parameters', 'superclass', 'condition', 'value'] as const;

/** Whether a range lies between the brackets or keywords of a block. */
function holdsInside(node: Node, { start, end }: TextRange): boolean {
  const { firstChild: first, lastChild: last } = node;
  const from = Math.max(
    first && !first.isNamed ? first.endIndex : node.startIndex,
    ...headers.map((field) => node.childForFieldName(field)?.endIndex ?? 0),
  );
  const to = last && !last.isNamed && last.id !== first?.id ? last.startIndex : node.endIndex;
  return from <= start && end <= to;
}

function dataOf(node: Node): SyntaxNode {
  return { ...rangeOf(node), type: node.type };
}
