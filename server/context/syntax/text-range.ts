import type { Node } from 'web-tree-sitter';

/** UTF-16 units from the start of the text, the end not included. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

export function rangeOf(node: Node): TextRange {
  return { start: node.startIndex, end: node.endIndex };
}

export function contains(outer: TextRange, inner: TextRange): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/** Offset behind the last character before `offset` that is no blank or line end; 0 where there is none. */
export function endOfTextBefore(text: string, offset: number): number {
  let end = offset;
  while (end > 0 && isBlank(text.charCodeAt(end - 1))) end--;
  return end;
}

/** Offset of the first character from `offset` on that is no blank or line end; the text's length where there is none. */
export function startOfTextBehind(text: string, offset: number): number {
  let start = offset;
  while (start < text.length && isBlank(text.charCodeAt(start))) start++;
  return start;
}

/** Blanks and tabs that the line of an offset begins with, as a count of units. */
export function indentationAt(text: string, offset: number): number {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  let end = lineStart;
  while (text.charCodeAt(end) === 0x20 || text.charCodeAt(end) === 0x09) end++;
  return end - lineStart;
}

function isBlank(unit: number): boolean {
  return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);
}
