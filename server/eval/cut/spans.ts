/**
 * Where holes are cut: each function looks for one that begins at or near a line and gives its offsets, or nothing.
 * They read no grammar, only lines, indentation and brackets.
 */

import type { Lcg } from '../../bench/prompts.js';
import { indentOf } from '../../completion/lines.js';
import { isCode, pieceStarts, type Line } from './text-lines.js';

/** A piece of a text, UTF-16 offsets; not blank. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A longer piece is more than a completion is asked for; UTF-16 units. */
const MOST = 400;
/** Most lines of a block. */
const MOST_LINES = 8;
/** One rest of a line in so many begins inside a word, as it does while somebody types. */
const INSIDE_WORD = 4;

/** From somewhere in a line, at the start of a word mostly, to its end. */
export function restOfLine(text: string, line: Line, random: Lcg): Span | undefined {
  if (!isCode(text, line)) return undefined;
  const starts = pieceStarts(text, line.body, line.end).slice(1);
  const at = starts[random.below(starts.length)];
  if (at === undefined) return undefined;
  const word = /^[\w$]{3,}/.exec(text.slice(at, line.end))?.[0] ?? '';
  const inside = word !== '' && random.below(INSIDE_WORD) === 0;
  return spanOf(text, inside ? at + 1 + random.below(word.length - 1) : at, line.end);
}

/** A line behind its indentation. */
export function wholeLine(text: string, line: Line): Span | undefined {
  return isCode(text, line) ? spanOf(text, line.body, line.end) : undefined;
}

/** The lines that are indented deeper than the line at `index`, which opens them; without the indentation of the first. */
export function blockAt(text: string, lines: readonly Line[], index: number): Span | undefined {
  const opening = lines[index];
  if (!opening || !isCode(text, opening) || !/[{:]$/.test(text.slice(opening.body, opening.end)))
    return undefined;
  const depth = indentOf(text.slice(opening.start, opening.end));
  let last: Line | undefined;
  for (const line of lines.slice(index + 1, index + 2 + MOST_LINES)) {
    // A blank line ends what a completion shows as one block.
    if (line.body === line.end || indentOf(text.slice(line.start, line.end)) <= depth) break;
    last = line;
  }
  const first = lines[index + 1];
  if (!first || !last || lines.indexOf(last) - index > MOST_LINES) return undefined;
  const after = lines[lines.indexOf(last) + 1];
  // The block has to end there, or nobody could say where to stop.
  const ends =
    !after || (after.body < after.end && indentOf(text.slice(after.start, after.end)) <= depth);
  return ends ? spanOf(text, first.body, last.end) : undefined;
}

/** What stands between the brackets of a call that begins on the line. */
export function argumentsIn(text: string, line: Line, random: Lcg): Span | undefined {
  if (!isCode(text, line)) return undefined;
  const calls = [...text.slice(line.body, line.end).matchAll(/[\p{L}\p{N}_$>\]]\((?!\))/gu)]
    .map(({ index }) => line.body + index + 1)
    .filter(
      (open) =>
        !/\b(?:if|for|while|switch|catch|function|return|def)$/.test(text.slice(line.body, open)),
    );
  const open = calls[random.below(calls.length)];
  if (open === undefined) return undefined;
  const close = closingOf(text, open);
  return close === undefined ? undefined : spanOf(text, open + 1, close);
}

const closers: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Where the bracket at `open` is closed, if that is near; brackets in strings do not count. */
function closingOf(text: string, open: number): number | undefined {
  const stack: string[] = [];
  let quote = '';
  for (let at = open; at < Math.min(text.length, open + MOST); at++) {
    const character = text.charAt(at);
    if (character === '\\') at++;
    else if (quote !== '') quote = character === quote ? '' : quote;
    else if (/["'`]/.test(character)) quote = character;
    else if (closers[character] !== undefined) stack.push(closers[character]);
    else if (/[)\]}]/.test(character) && stack.pop() !== character) return undefined;
    if (stack.length === 0) return at;
  }
  return undefined;
}

/** The span without blanks at its end; `undefined` if nothing is left, or too much. */
export function spanOf(text: string, from: number, to: number): Span | undefined {
  const end = from + text.slice(from, to).trimEnd().length;
  return end > from && end - from <= MOST ? { from, to: end } : undefined;
}
