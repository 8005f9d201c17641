import type { Node } from 'web-tree-sitter';
import { capturesIn } from './matches.js';
import type { Source } from './source.js';
import type { TextRange } from './text-range.js';

/** A bracket, or a quote that begins or ends a string. */
export interface Delimiter {
  /** Of its character, UTF-16 units. */
  readonly offset: number;
  /** One of `()[]{}"'` or a backtick. */
  readonly character: string;
  readonly kind: 'open' | 'close';
}

const brackets = /[()[\]{}]/g;
const quotes = /["'`]/;
/** Longest that stands before a string's quote, such as `br##` or `$@`. */
const STRING_PREFIX = 6;

/** The delimiters in a range, in order. What looks like one inside a string, a comment or a name is none. */
export function delimitersIn(source: Source, range: TextRange): Delimiter[] {
  return [...bracketsIn(source, range), ...quotesIn(source, range)].sort(
    (a, b) => a.offset - b.offset,
  );
}

function bracketsIn({ root, text }: Source, { start, end }: TextRange): Delimiter[] {
  const found: Delimiter[] = [];
  for (const { 0: character, index } of text.slice(start, end).matchAll(brackets)) {
    const offset = start + index;
    const node = root.descendantForIndex(offset, offset + 1);
    if (node && isToken(node))
      found.push({ offset, character, kind: /[([{]/.test(character) ? 'open' : 'close' });
  }
  return found;
}

/** Whether a node is punctuation; characters that the parser could not place are code as well. */
function isToken(node: Node): boolean {
  return node.isError || (!node.isNamed && node.childCount === 0 && !node.isMissing);
}

function quotesIn(source: Source, { start, end }: TextRange): Delimiter[] {
  const found: Delimiter[] = [];
  if (!quotes.test(source.text.slice(start, end))) return found;
  for (const { name, node } of capturesIn(source.grammar, 'blocks', source.root, { start, end })) {
    if (name !== 'string') continue;
    const opening = openingQuote(source.text, node);
    if (opening === undefined) continue;
    const character = source.text.charAt(opening);
    const closing = node.endIndex - 1;
    if (opening >= start && opening < end) found.push({ offset: opening, character, kind: 'open' });
    const closed = closing > opening && source.text.charAt(closing) === character;
    if (closed && closing >= start && closing < end)
      found.push({ offset: closing, character, kind: 'close' });
  }
  return found;
}

function openingQuote(text: string, { startIndex, endIndex }: Node): number | undefined {
  const head = text.slice(startIndex, Math.min(endIndex, startIndex + STRING_PREFIX));
  const at = head.search(quotes);
  return at < 0 ? undefined : startIndex + at;
}
