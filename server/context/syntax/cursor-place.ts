import type { Node } from 'web-tree-sitter';
import { holds, isUnclosed } from './constructs.js';
import { openCall } from './open-call.js';
import { blocksByIndentation } from './languages.js';
import { capturesIn } from './matches.js';
import type { Source } from './source.js';
import { endOfTextBefore, rangeOf, startOfTextBehind, type TextRange } from './text-range.js';

/** What a cursor stands in, for deciding how much to complete and where to stop. */
export interface CursorPlace {
  readonly inside: 'code' | 'string' | 'comment';
  /** More than closing punctuation follows on the line. */
  readonly midLine: boolean;
  /** Nothing but blanks stands between the cursor and the beginning of a block. */
  readonly blockStart: boolean;
  /** At a block's start, and nothing but comments is in the block yet. */
  readonly emptyBody: boolean;
  /** The innermost thing around the cursor is the argument list of a call. */
  readonly inArguments: boolean;
  /** The innermost block around the cursor, its brackets or keywords included. */
  readonly block: TextRange | undefined;
}

const onlyClosing = /^[\s)\]}>"'`;:,]*$/;

export function placeOf(source: Source, offset: number): CursorPlace {
  const { text } = source;
  const anchor = endOfTextBefore(text, offset);
  const range = { start: Math.max(anchor - 1, 0), end: offset + 1 };
  const around: { label: string; node: Node }[] = [];
  let opener: Node | undefined;
  for (const { name: label, node } of capturesIn(source.grammar, 'blocks', source.root, range)) {
    if (label.startsWith('opener')) {
      const open =
        node.endIndex === anchor && (label === 'opener' || hasLineEnd(text, anchor, offset));
      if (open && !isToken(node, text)) opener = node;
    } else if (holdsCursor(source, label, node, offset, anchor)) around.push({ label, node });
  }
  around.sort((a, b) => b.node.startIndex - a.node.startIndex || a.node.endIndex - b.node.endIndex);
  const inside = insideOf(around);
  const bracketed = around.find(({ label }) => label === 'arguments' || label === 'block');
  const block = around.find(({ label }) => label === 'block');
  const blockStart = inside === 'code' && opener !== undefined;
  return {
    inside,
    midLine: !onlyClosing.test(text.slice(offset, lineEnd(text, offset))),
    blockStart,
    emptyBody: blockStart && isEmptyBehind(source, opener as Node, offset),
    inArguments:
      inside === 'code' &&
      !blockStart &&
      (bracketed?.label === 'arguments' || openCall(source.root, offset, bracketed?.node)),
    block: block && rangeOf(block.node),
  };
}

function insideOf(around: readonly { label: string }[]): CursorPlace['inside'] {
  const innermost = around.find(({ label }) => /^(string|comment|interpolation)$/.test(label));
  if (innermost?.label === 'comment') return 'comment';
  return innermost?.label === 'string' ? 'string' : 'code';
}

function holdsCursor(
  source: Source,
  label: string,
  node: Node,
  offset: number,
  anchor: number,
): boolean {
  const { startIndex: start, endIndex: end } = node;
  if (label === 'block') return holds(source, node, offset, anchor);
  if (start >= offset) return false;
  if (offset < end) return true;
  if (label === 'comment')
    // A comment that goes to the end of its line goes on with what is typed there.
    return offset === end && !/^\/\*[^]*\*\/$|\n$/.test(node.text);
  return label !== 'string'
    ? end >= anchor && isUnclosed(node)
    : offset === end && isUnclosed(node);
}

/** A missing token opens nothing. */
function isToken(node: Node, text: string): boolean {
  return node.isMissing || text.slice(node.startIndex, node.endIndex) === '';
}

function isEmptyBehind(source: Source, opener: Node, offset: number): boolean {
  const { text } = source;
  const next = startOfTextBehind(text, offset);
  if (next >= text.length || /[)\]}]/.test(text.charAt(next))) return true;
  if (blocksByIndentation(source.grammar.name))
    return indentOf(text, next) <= indentOf(text, opener.startIndex);
  // Languages with keywords for brackets: the block's own closing keyword follows.
  const token = source.root.descendantForIndex(next, next + 1);
  return token !== null && !token.isNamed && closing.has(token.text);
}

const closing: ReadonlySet<string> = new Set([
  ...['end', 'fi', 'done', 'esac', ';;', 'else', 'elif', 'elsif', 'when', 'in', 'rescue', 'ensure'],
]);

function indentOf(text: string, offset: number): number {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  return startOfTextBehind(text, lineStart) - lineStart;
}

function hasLineEnd(text: string, start: number, end: number): boolean {
  return text.slice(start, end).includes('\n');
}

function lineEnd(text: string, offset: number): number {
  const end = text.slice(offset).search(/[\r\n]/);
  return end < 0 ? text.length : offset + end;
}
