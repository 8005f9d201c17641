export interface TextLine {
  /** Where the line starts in the text. */
  readonly start: number;
  /** The line without its line end. */
  readonly line: string;
  /** Whether a line end follows. */
  readonly complete: boolean;
}

/** The lines of a text with LF line ends. The empty text has one empty line. */
export function* linesOf(text: string): Generator<TextLine> {
  let start = 0;
  for (;;) {
    const end = text.indexOf('\n', start);
    if (end < 0) {
      yield { start, line: text.slice(start), complete: false };
      return;
    }
    yield { start, line: text.slice(start, end), complete: true };
    start = end + 1;
  }
}

/** Width of a line's leading white space, a tab reaching to the next multiple of four. */
export function indentOf(line: string): number {
  let width = 0;
  for (const character of line) {
    if (character === ' ') width++;
    else if (character === '\t') width += 4 - (width % 4);
    else break;
  }
  return width;
}

/** The first line with more than white space after the cursor's own line, without trailing white space. */
export function nextWrittenLine(suffix: string): string | undefined {
  for (const { start, line } of linesOf(suffix)) {
    if (start > 0 && line.trim() !== '') return line.trimEnd();
  }
  return undefined;
}

/** The last line with more than white space before the cursor's own line, without trailing white space. */
export function previousWrittenLine(prefix: string): string | undefined {
  let end = prefix.lastIndexOf('\n');
  while (end > 0) {
    const start = prefix.lastIndexOf('\n', end - 1) + 1;
    const line = prefix.slice(start, end).trimEnd();
    if (line !== '') return line;
    end = start - 1;
  }
  return undefined;
}
