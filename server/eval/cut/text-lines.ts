/** A line of a text, by UTF-16 offsets. */
export interface Line {
  readonly start: number;
  /** Where its leading white space ends. */
  readonly body: number;
  /** Where its line end stands, or the text ends. */
  readonly end: number;
}

/** The lines of a text with LF line ends. */
export function textLines(text: string): Line[] {
  const lines: Line[] = [];
  for (let start = 0; start <= text.length;) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    let body = start;
    while (body < end && /[ \t]/.test(text.charAt(body))) body++;
    lines.push({ start, body, end });
    start = end + 1;
  }
  return lines;
}

const commentStart =
  /^(?:\/\/|\/\*|\*|#(?!include|define|if|ifdef|ifndef|endif|else|pragma|!?\[)|--|<!--)/;

/** Whether a line is blank or begins as a comment does: what is written there is no code. */
export function isCode(text: string, { body, end }: Line): boolean {
  return body < end && !commentStart.test(text.slice(body, body + 10));
}

/** Words, numbers, blanks and single other characters: where one begins, a hole may. */
export function pieceStarts(text: string, from: number, to: number): number[] {
  const pieces = /[\p{L}\p{N}_$]+|[ \t]+|[^]/gu;
  return [...text.slice(from, to).matchAll(pieces)]
    .filter(([piece]) => piece.trim() !== '')
    .map(({ index }) => from + index);
}
