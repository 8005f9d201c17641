import type { SyntaxTree } from '../context/syntax/syntax-tree.js';
import { normalizeNewlines, withEndOfLine } from '../prompt/newline.js';
import {
  commonIndentation,
  indentUnitOf,
  indented,
  leadingBlanks,
  outdented,
  withIndentUnit,
  type InString,
} from './indentation.js';
import { bare, endOfLineOf, lineEndAt, lineStartAt, splitLines } from './lines.js';
import { diffArrays } from 'diff';
import type { Target } from './target.js';

/** Longest that a text of its own may take to parse for its strings, milliseconds. */
const PARSE_MS = 500;

/** How what is replaced looks to a model, and how its answer gets the document's looks again. */
export interface CodeFrame {
  /** What stands there, LF line ends, without the indentation that all its lines have. */
  readonly code: string;
  /** That indentation. */
  readonly indentation: string;
  /** One step of indentation in the document; undefined where nothing tells. */
  readonly unit: string | undefined;
}

export function frameOf(text: string, target: Target, tree: SyntaxTree | undefined): CodeFrame {
  const unit = indentUnitOf(normalizeNewlines(text));
  if (target.blank) return { code: '', indentation: blankIndentation(text, target, unit), unit };
  const line = text.slice(lineStartAt(text, target.start), target.start);
  // Code that begins within a line is shown as if it began there with that line's blanks.
  const whole = leadingBlanks(line) + normalizeNewlines(text.slice(target.start, target.end));
  const inString = inStrings(tree, whole);
  const indentation = commonIndentation(whole, inString);
  return { code: outdented(whole, indentation, inString), indentation, unit };
}

/** The model's code as it belongs into the document: indentation and steps are the document's, line ends LF. */
export function fitCode(
  answer: string,
  { code, indentation, unit }: CodeFrame,
  target: Target,
  tree: SyntaxTree | undefined,
): string {
  const raw = levelled(normalizeNewlines(answer).replace(/^(?:[ \t]*\n)+|\s+$/g, ''), indentation);
  const inString = inStrings(tree, raw);
  const flat = outdented(raw, commonIndentation(raw, inString), inString);
  const theirs = indentUnitOf(flat, inString);
  const ours = indentUnitOf(code) ?? unit;
  // Tabs for blanks and blanks for tabs; a step of other blanks is a matter of style that the answer may have kept.
  const differ = theirs && ours && (theirs === '\t') !== (ours === '\t');
  const steps = differ ? withIndentUnit(flat, theirs, ours, inString) : flat;
  const whole = indented(steps, indentation, inString);
  return target.blank ? whole : whole.trimStart();
}

/** A text whose first line alone lacks the indentation that its last one has: it was copied from within a line. */
function levelled(text: string, indentation: string): string {
  const lines = text.split('\n');
  const last = lines.at(-1) ?? '';
  const lopsided =
    indentation !== '' &&
    lines.length > 1 &&
    leadingBlanks(text) === '' &&
    leadingBlanks(last) === indentation &&
    /^[)\]}]|^end\b/.test(last.trim()) &&
    lines.slice(1).every((line) => line.trim() === '' || line.startsWith(indentation));
  return lopsided ? indentation + text : text;
}

/** The whole lines that a target touches, before and after its code has been replaced. */
export interface LineEdit {
  /** Offsets into the document: from a line's start to a line's end, its line end included. */
  readonly start: number;
  readonly end: number;
  readonly oldText: string;
  readonly newText: string;
  /** Where the new code stands in the new document. */
  readonly newStart: number;
  readonly newEnd: number;
}

/** Replaces a target by code with LF line ends. Lines that stay keep their bytes; new ones end as most of the document's do. */
export function lineEdit(text: string, target: Target, code: string): LineEdit {
  const start = lineStartAt(text, target.start);
  const end = lineEndAt(text, target.end);
  const oldText = text.slice(start, end);
  const head = text.slice(start, target.start);
  const tail = text.slice(target.end, end);
  const eol = endOfLineOf(text);
  // The end of the last line is no part of what is replaced. At the document's end a new line gets one.
  const atEnd = target.blank && end === text.length && text !== '' && tail === '';
  const lastEnd = atEnd ? eol : tail.slice(bare(tail).length);
  const lines = withOldLines(oldText, head + code + bare(tail), eol);
  const newStart = start + head.length;
  const newEnd = start + lines.length - bare(tail).length;
  return { start, end, oldText, newText: lines + lastEnd, newStart, newEnd };
}

/** Gives a text its line ends: those of the old lines where lines stayed, elsewhere `eol`. */
export function withOldLines(oldText: string, newText: string, eol: '\n' | '\r\n' | '\r'): string {
  const before = splitLines(oldText);
  const after = splitLines(withEndOfLine(newText, '\n'));
  const changes = diffArrays(before.map(bare), after.map(bare), { maxEditLength: 4000 }) ?? [];
  if (changes.length === 0) return withEndOfLine(newText, eol);
  let old = 0;
  let at = 0;
  let result = '';
  for (const { value, added, removed } of changes) {
    if (removed) old += value.length;
    else
      for (const line of value) {
        const ends = at < after.length - 1 || after[at]?.endsWith('\n') === true;
        const same = added ? undefined : before[old++];
        const oldEnd = same?.slice(bare(same).length) ?? '';
        result += line + (ends ? oldEnd || eol : '');
        at++;
      }
  }
  return result;
}

function inStrings(tree: SyntaxTree | undefined, text: string): InString {
  const alone = tree?.withEdit({ start: 0, oldEnd: tree.text.length, newText: text }, PARSE_MS);
  if (!alone) return () => false;
  const lines = alone.stringLines();
  alone.dispose();
  return (line) => lines.has(line);
}

/** Of a line on which nothing stands: its own blanks, or what the line above asks for. */
function blankIndentation(text: string, target: Target, unit: string | undefined): string {
  const own = text.slice(target.start, target.end);
  if (own !== '') return own;
  const above = text.slice(0, target.start).trimEnd();
  const line = above.slice(lineStartAt(above, above.length));
  const opens = /[{([:]$/.test(line);
  return leadingBlanks(line) + (opens ? (unit ?? '  ') : '');
}
