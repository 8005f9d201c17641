import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { TextRange } from '../context/syntax/text-range.js';
import { offsetOf } from './location.js';

/** A stretch of a file as people write it: lines and columns from 1, columns in UTF-16 units. */
export interface FileRange {
  readonly file: string;
  readonly first: { readonly line: number; readonly column?: number };
  /** Absent where it is a single place. */
  readonly last?: { readonly line: number; readonly column?: number };
}

/** Reads `FILE:LINE`, `FILE:LINE:COL`, `FILE:LINE-LINE` and `FILE:LINE:COL-LINE:COL`; `undefined` if it is anything else. */
export function parseFileRange(text: string): FileRange | undefined {
  const match = /^(.+?):(\d{1,9})(?::(\d{1,9}))?(?:-(\d{1,9})(?::(\d{1,9}))?)?$/s.exec(text);
  if (!match) return undefined;
  const [, file = '', line, column, lastLine, lastColumn] = match;
  return {
    file,
    first: { line: Number(line), ...(column !== undefined && { column: Number(column) }) },
    ...(lastLine !== undefined && {
      last: {
        line: Number(lastLine),
        ...(lastColumn !== undefined && { column: Number(lastColumn) }),
      },
    }),
  };
}

/**
 * The offsets that a range means: of whole lines where it has no columns, up to the last column where it has.
 *
 * @throws CliError if a place of it is outside the document
 */
export function rangeIn(document: TextDocument, { file, first, last }: FileRange): TextRange {
  const start = offsetOf(document, { file, line: first.line, column: first.column ?? 1 });
  if (!last && first.column !== undefined) return { start, end: start };
  const { line, column } = last ?? first;
  if (column !== undefined && last) {
    const end = offsetOf(document, { file, line, column });
    return { start: Math.min(start, end), end: Math.max(start, end) };
  }
  offsetOf(document, { file, line, column: 1 });
  const end = document.offsetAt({ line: line - 1, character: Number.MAX_SAFE_INTEGER });
  // A single line is a cursor on it: the definition there is meant, and not that line alone.
  if (!last) {
    const blanks = /^\s*/.exec(document.getText().slice(start, end))?.[0].length ?? 0;
    return { start: start + blanks, end: start + blanks };
  }
  return { start: Math.min(start, end), end: Math.max(start, end) };
}
