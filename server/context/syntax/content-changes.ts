import type { TextEdit } from './text-edit.js';

/** LSP: a position by line and UTF-16 unit. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

/** LSP's TextDocumentContentChangeEvent: a part of the text, or without a range all of it. */
export interface ContentChange {
  readonly range?: { readonly start: Position; readonly end: Position };
  readonly text: string;
}

/**
 * The edit that one change makes. Positions behind a line's end count as its end, as LSP has it, and a range given
 * end first is turned around.
 */
export function editOfChange(text: string, { range, text: newText }: ContentChange): TextEdit {
  if (!range) return { start: 0, oldEnd: text.length, newText };
  const ends = [offsetAt(text, range.start), offsetAt(text, range.end)];
  return { start: Math.min(...ends), oldEnd: Math.max(...ends), newText };
}

/**
 * The offset of an LSP position. Lines end with LF, CRLF or CR. Without a table of lines: making one for each keystroke
 * would cost more than all else that is done with it.
 */
export function offsetAt(text: string, { line, character }: Position): number {
  if (line < 0) return 0;
  const ends = text.includes('\r') ? /\r\n?|\n/g : undefined;
  let start = 0;
  for (let n = 0; n < line; n++) {
    const next = ends ? afterMatch(ends, text) : text.indexOf('\n', start) + 1;
    if (next <= 0) return text.length;
    start = next;
  }
  const wanted = start + Math.max(character, 0);
  const rest = text.slice(start, wanted);
  const end = rest.search(/[\r\n]/);
  return end < 0 ? Math.min(wanted, text.length) : start + end;
}

/** Where the next match of a global pattern ends, 0 where there is none. */
function afterMatch(pattern: RegExp, text: string): number {
  return pattern.test(text) ? pattern.lastIndex : 0;
}
