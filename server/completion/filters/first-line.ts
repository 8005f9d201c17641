import type { Hole } from '../hole.js';
import { indentOf, linesOf, nextWrittenLine } from '../lines.js';
import type { Filter, FilterContext } from './filter.js';

/**
 * Decides anew how far a text goes once its first line is there, by what that line is to the parser.
 *
 * - A line that opens a bracket or a block which stands nowhere yet goes on until that is closed.
 * - A whole statement between others ends the text: most of what people take is one line, and what follows a statement
 *   is anybody's guess.
 * - The rest of a line ends with it; a block goes on.
 */
export const firstLine: Filter = {
  keep,
  settled: keep,
  ended: (text, context) => keep(text, context) < text.length,
};

function keep(text: string, context: FilterContext): number {
  const { hole, shape, syntax } = context;
  // Blank lines in front are the way to a line of its own.
  const first = Math.max(text.search(/\S/), 0);
  const end = text.indexOf('\n', hole.linePrefix.trim() === '' ? first : 0);
  if (end < 0 || !syntax) return text.length;
  const line = text.slice(0, end);
  if (shape === 'line') return goesOn(line, context) ? closedAt(text, end, context) : end;
  if (hole.linePrefix.trim() !== '') return leaves(line, context) ? end : text.length;
  // What is indented deeper stands there already: this line opens it.
  if (isFilled(hole)) return end;
  if (syntax.place.emptyBody || !statementFollows(context)) return text.length;
  if (opens(line, context)) return closedAt(text, end, context);
  return syntax.isWhole(line) === true ? end : text.length;
}

/** Whether the rest of a line opens what stands nowhere yet, so that more lines belong to it. */
export function goesOn(line: string, context: FilterContext): boolean {
  return !isFilled(context.hole) && opens(line, context);
}

/** How lines go on with what stands above them at the same depth. */
const continues = /^\s*(?:else|elif|elsif|except|finally|rescue|ensure|case|when)\b/;

/** Whether a line closes the brackets that it stands in, and opens no others. */
function leaves(line: string, { syntax }: FilterContext): boolean {
  const balance = syntax?.balance(line);
  return balance !== undefined && balance.closed.length > 0 && balance.open === 0;
}

/** Whether a line leaves brackets or a block open. */
function opens(line: string, { syntax }: FilterContext): boolean {
  return (syntax?.balance(line)?.open ?? 0) > 0 || syntax?.opensBlock(`${line}\n`) === true;
}

/** Whether what the cursor's line opens follows it already. */
function isFilled({ linePrefix, lineSuffix, suffix }: Hole): boolean {
  const below = nextWrittenLine(suffix);
  return lineSuffix.trim() === '' && below !== undefined && indentOf(below) > indentOf(linePrefix);
}

/** End of the line with which everything is closed that the text opens, or of what is indented. */
function closedAt(text: string, end: number, context: FilterContext): number {
  const { hole, syntax } = context;
  const base = indentOf(hole.linePrefix);
  const bracket = (syntax?.balance(text.slice(0, end))?.open ?? 0) > 0;
  for (const { start, line, complete } of linesOf(text)) {
    if (start <= end || line.trim() === '') continue;
    const ends = start + line.length;
    if (bracket) {
      if (complete && syntax?.balance(text.slice(0, ends))?.open === 0) return ends;
    } else if (indentOf(line) <= base && !continues.test(line)) {
      const closes = /^\s*(?:end|fi|done|esac)\b/.exec(line)?.[0];
      return closes === undefined ? start - 1 : start + closes.length;
    }
  }
  return text.length;
}

function statementFollows({ hole }: FilterContext): boolean {
  const below = nextWrittenLine(hole.suffix);
  return (
    below !== undefined &&
    indentOf(below) === indentOf(hole.linePrefix) &&
    !/^\s*(?:[)\]}]|(?:end|fi|done|esac|else|elif|elsif|rescue|ensure|except|finally|case|when|default)\b)/.test(
      below,
    )
  );
}
