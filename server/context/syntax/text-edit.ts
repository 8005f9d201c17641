import { Edit, type Point } from 'web-tree-sitter';

/** A replacement in a text. All positions are UTF-16 units from the start. */
export interface TextEdit {
  readonly start: number;
  /** End of what is replaced, in the text before the edit. */
  readonly oldEnd: number;
  readonly newText: string;
}

export function applyEdit(text: string, { start, oldEnd, newText }: TextEdit): string {
  return text.slice(0, start) + newText + text.slice(oldEnd);
}

/**
 * The shortest edit that makes one text of another, undefined where they are the same. It never begins or ends
 * inside a surrogate pair or between CR and LF.
 */
export function editBetween(before: string, after: string): TextEdit | undefined {
  if (before === after) return undefined;
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  while (start > 0 && (splits(before, start) || splits(after, start))) start--;
  let tail = 0;
  while (
    tail < shorter - start &&
    before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)
  )
    tail++;
  while (tail > 0 && (splits(before, before.length - tail) || splits(after, after.length - tail)))
    tail--;
  return {
    start,
    oldEnd: before.length - tail,
    newText: after.slice(start, after.length - tail),
  };
}

/** Whether an offset lies between two halves of what is one character to a person or one line end. */
function splits(text: string, offset: number): boolean {
  const before = text.charCodeAt(offset - 1);
  const after = text.charCodeAt(offset);
  return (
    (before >= 0xd800 && before < 0xdc00 && after >= 0xdc00 && after < 0xe000) ||
    (before === 0x0d && after === 0x0a)
  );
}

/**
 * Row and column as tree-sitter counts them: rows end with LF alone, columns are UTF-16 units. LSP also ends a line
 * at a lone CR, so its lines are not these rows.
 */
export function pointAt(text: string, offset: number): Point {
  let row = 0;
  let lineStart = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) {
    row++;
    lineStart = at + 1;
  }
  return { row, column: offset - lineStart };
}

/** The point that lies `text` behind another. */
export function pointAfter(from: Point, text: string): Point {
  const { row, column } = pointAt(text, text.length);
  return row === 0
    ? { row: from.row, column: from.column + column }
    : { row: from.row + row, column };
}

/** What tree-sitter must know of an edit, `before` being the text that it changes. */
export function treeEdit(before: string, { start, oldEnd, newText }: TextEdit): Edit {
  const startPosition = pointAt(before, start);
  return new Edit({
    startIndex: start,
    oldEndIndex: oldEnd,
    newEndIndex: start + newText.length,
    startPosition,
    oldEndPosition: pointAfter(startPosition, before.slice(start, oldEnd)),
    newEndPosition: pointAfter(startPosition, newText),
  });
}
