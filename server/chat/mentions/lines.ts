/** Zero-based lines, the last one included. */
export interface Lines {
  readonly first: number;
  readonly last: number;
}

/** These lines of a text with their ends, as far as it has them. LF, CRLF and lone CR end lines. */
export function linesOf(text: string, { first, last }: Lines): string {
  return text
    .split(/(?<=\r\n|\n|\r(?!\n))/)
    .slice(first, last + 1)
    .join('');
}

/** The whole lines that hold a range of offsets, its end not included. */
export function linesAround(text: string, start: number, end: number): Lines {
  const first = lineAt(text, start);
  return { first, last: Math.max(first, lineAt(text, Math.max(start, end - 1))) };
}

export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).match(/\r\n|\n|\r(?!\n)/g)?.length ?? 0;
}

/** Number of lines; what stands behind the last line end is one, too. */
export function countLines(text: string): number {
  return lineAt(text, text.length) + 1;
}
