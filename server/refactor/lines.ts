import type { EndOfLine } from '../prompt/newline.js';

/** The lines of a text, each with its own line end; together they are the text. The empty text has none. */
export function splitLines(text: string): string[] {
  return text.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? [];
}

/** A line without its line end. */
export function bare(line: string): string {
  return line.replace(/[\r\n]+$/, '');
}

/** What most lines of a text end with; LF where none has an end. */
export function endOfLineOf(text: string): EndOfLine {
  const counts = new Map<EndOfLine, number>();
  for (const [end] of text.matchAll(/\r\n|\r|\n/g))
    counts.set(end as EndOfLine, (counts.get(end as EndOfLine) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '\n';
}

/** Where the line of an offset begins. */
export function lineStartAt(text: string, offset: number): number {
  let start = offset;
  while (start > 0 && !isLineEnd(text, start - 1)) start--;
  // Between CR and LF no line begins.
  return start > 0 && text[start - 1] === '\r' && text[start] === '\n'
    ? lineStartAt(text, start - 1)
    : start;
}

/** Where the line of an offset ends, its line end included. */
export function lineEndAt(text: string, offset: number): number {
  let end = offset;
  if (end > 0 && text[end - 1] === '\r' && text[end] === '\n') return end + 1;
  while (end < text.length && !isLineEnd(text, end)) end++;
  if (end === text.length) return end;
  return text[end] === '\r' && text[end + 1] === '\n' ? end + 2 : end + 1;
}

function isLineEnd(text: string, at: number): boolean {
  return text[at] === '\n' || text[at] === '\r';
}
