/** Indentation of texts with LF line ends. Lines that begin inside a string are no lines of code: they stay as they are. */

/** Says of a line, from 0, whether it begins inside a string. */
export type InString = (line: number) => boolean;

const nowhere: InString = () => false;

export function leadingBlanks(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

/** What all lines with code on them begin with. */
export function commonIndentation(text: string, inString: InString = nowhere): string {
  let common: string | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '' || inString(index)) continue;
    const blanks = leadingBlanks(line);
    if (common === undefined) common = blanks;
    let length = 0;
    while (length < common.length && common[length] === blanks[length]) length++;
    common = common.slice(0, length);
  }
  return common ?? '';
}

/** Takes `indentation` away from the lines that begin with it. */
export function outdented(text: string, indentation: string, inString: InString = nowhere): string {
  if (indentation === '') return text;
  return eachLine(text, (line, index) =>
    !inString(index) && line.startsWith(indentation) ? line.slice(indentation.length) : line,
  );
}

/** Puts `indentation` before every line that is not blank; blank lines lose their blanks. */
export function indented(text: string, indentation: string, inString: InString = nowhere): string {
  return eachLine(text, (line, index) => {
    if (inString(index)) return line;
    return line.trim() === '' ? '' : indentation + line;
  });
}

/** One step of indentation as a text has it: a tab, or blanks; undefined where no line tells. */
export function indentUnitOf(text: string, inString: InString = nowhere): string | undefined {
  const steps = new Map<string, number>();
  let before = 0;
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '' || inString(index)) continue;
    const blanks = leadingBlanks(line);
    if (blanks.startsWith('\t')) count(steps, '\t');
    // Odd steps are those of wrapped lines and of comments with a star.
    else if (blanks.length - before >= 2 && blanks.length - before <= 8)
      count(steps, ' '.repeat(blanks.length - before));
    before = blanks.includes('\t') ? 0 : blanks.length;
  }
  return [...steps].sort((a, b) => b[1] - a[1] || a[0].length - b[0].length)[0]?.[0];
}

/** Turns steps of one indentation into those of another; what is left over of a line's blanks stays. */
export function withIndentUnit(
  text: string,
  from: string,
  to: string,
  inString: InString = nowhere,
): string {
  if (from === to) return text;
  return eachLine(text, (line, index) => {
    if (inString(index)) return line;
    let steps = 0;
    while (line.startsWith(from, steps * from.length)) steps++;
    return to.repeat(steps) + line.slice(steps * from.length);
  });
}

function count(steps: Map<string, number>, step: string): void {
  steps.set(step, (steps.get(step) ?? 0) + 1);
}

function eachLine(text: string, change: (line: string, index: number) => string): string {
  return text.split('\n').map(change).join('\n');
}
