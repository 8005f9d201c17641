import type { TextDocument } from 'vscode-languageserver-textdocument';
import { CliError } from './cli-error.js';

/** A place in a file as people write it: lines and columns from 1, columns in UTF-16 units. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Reads `FILE:LINE:COL`; `undefined` if it is anything else. The file's name may contain colons. */
export function parseLocation(text: string): Location | undefined {
  const [, file, line, column] = /^(.+):(\d{1,9}):(\d{1,9})$/s.exec(text) ?? [];
  if (file === undefined) return undefined;
  return { file, line: Number(line), column: Number(column) };
}

/** Offset of a location in its document, UTF-16 units. @throws CliError if it is outside. */
export function offsetOf(document: TextDocument, { file, line, column }: Location): number {
  const lines = document.lineCount;
  if (line < 1 || line > lines) {
    throw new CliError(
      `line ${line} is outside ${file}, which has ${counted(lines, 'line')}`,
      `Give a line from 1 to ${lines}.`,
    );
  }
  const start = document.offsetAt({ line: line - 1, character: 0 });
  const end = document.offsetAt({ line: line - 1, character: Number.MAX_SAFE_INTEGER });
  const columns = end - start + 1;
  if (column < 1 || column > columns) {
    throw new CliError(
      `column ${column} is outside line ${line} of ${file}, whose last column is ${columns}`,
      `Give a column from 1 to ${columns}, counted in UTF-16 units as editors do.`,
    );
  }
  return start + column - 1;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
