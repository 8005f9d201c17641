import type { Node } from 'web-tree-sitter';
import { blocksByIndentation } from './languages.js';
import { captured, matchesIn } from './matches.js';
import type { Source } from './source.js';
import { endOfTextBefore, indentationAt, rangeOf, type TextRange } from './text-range.js';

/** A function, method, lambda, or a class, interface, enum, trait or the like. */
export interface Construct extends TextRange {
  readonly kind: 'function' | 'class';
  /** Undefined for what has none, such as a lambda. */
  readonly name: string | undefined;
  /** From the construct's beginning to its body, without blanks at the end; all of it where it has no body. */
  readonly signature: TextRange;
  readonly body: TextRange | undefined;
}

/**
 * The functions and classes that a cursor is in, innermost first. One whose end is still to be typed holds the cursor
 * behind it; in languages of indented blocks a blank line belongs to what it is indented deeper than.
 */
export function constructsAround(source: Source, offset: number): Construct[] {
  const anchor = endOfTextBefore(source.text, offset);
  const found: Construct[] = [];
  const range = { start: Math.max(anchor - 1, 0), end: offset + 1 };
  for (const match of matchesIn(source.grammar, 'blocks', source.root, range)) {
    for (const kind of ['function', 'class'] as const) {
      const node = captured(match, kind);
      if (node && (holds(source, node, offset, anchor) || goesOn(node, offset)))
        found.push(
          constructOf(source.text, kind, node, captured(match, 'name'), captured(match, 'body')),
        );
    }
  }
  return found.sort((a, b) => b.start - a.start || a.end - b.end);
}

/** Whether a cursor is in a node, `anchor` being where the text before it ends. */
export function holds(source: Source, node: Node, offset: number, anchor: number): boolean {
  const { startIndex: start, endIndex: end } = node;
  if (start >= offset || end < anchor) return false;
  if (offset < end) return true;
  if (!blocksByIndentation(source.grammar.name)) return isUnclosed(node);
  const sameLine = !source.text.slice(end, offset).includes('\n');
  return sameLine || indentationBefore(source.text, offset) > indentationAt(source.text, start);
}

/** Whether what is typed at a node's end belongs to it still: `x => x + 1█` is closed by nothing. */
function goesOn(node: Node, offset: number): boolean {
  return offset === node.endIndex && !/(?:[};]|\bend)$/.test(node.text);
}

/** Whether the parser had to make up the token that ends a node. */
export function isUnclosed(node: Node): boolean {
  let last: Node | null = node.lastChild;
  for (let deeper = last; deeper; deeper = deeper.lastChild) last = deeper;
  return last?.isMissing === true;
}

/** The column, in units, at which somebody on a blank line goes on writing. */
function indentationBefore(text: string, offset: number): number {
  return Math.min(offset - (text.lastIndexOf('\n', offset - 1) + 1), indentationAt(text, offset));
}

function constructOf(
  text: string,
  kind: 'function' | 'class',
  node: Node,
  name: Node | undefined,
  body: Node | undefined,
): Construct {
  const head = body ? endOfTextBefore(text, body.startIndex) : node.endIndex;
  return {
    ...rangeOf(node),
    kind,
    name: name?.text,
    signature: { start: node.startIndex, end: Math.max(head, node.startIndex) },
    body: body && rangeOf(body),
  };
}
