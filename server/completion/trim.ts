import type { CandidateSyntax } from './candidate-syntax.js';
import { replacedClosers } from './filters/closing-brackets.js';
import type { FilterContext } from './filters/filter.js';

/** Ends inside a line that are tried before a text is given up. */
const TRIES = 8;

/**
 * What is left of a filtered text once the parser has seen it in its place: the longest head with which the document has
 * no more errors than without it, cut at the ends of lines, and of its first line at the ends of words and brackets.
 * Nothing where there is none: what does not parse is hardly ever what belongs there. The text as it is where the
 * parser cannot tell.
 *
 * @param limited whether the text ran into a limit, so that its last statement may be half of one
 */
export function trimmed(text: string, context: FilterContext, limited: boolean): string {
  const { syntax } = context;
  if (!syntax || text === '' || syntax.newFaults(text) === undefined) return text;
  for (let end = text.length; end > 0; end = text.lastIndexOf('\n', end - 1)) {
    const head = text.slice(0, end).trimEnd();
    const halves = limited && end === text.length && text.includes('\n');
    if (isSound(head, context) && !(halves && endsInside(head, syntax))) return head;
  }
  const line = text.split('\n', 1)[0] ?? '';
  return endsOf(line).find((head) => isSound(head, context)) ?? '';
}

/** The longest head at the end of a line that `trimmed` keeps however the text goes on. */
export function soundLines(text: string, context: FilterContext): string {
  if (!context.syntax) return text;
  for (let end = text.lastIndexOf('\n'); end > 0; end = text.lastIndexOf('\n', end - 1)) {
    const head = text.slice(0, end).trimEnd();
    if (isSound(head, context)) return head;
  }
  return '';
}

function isSound(text: string, context: FilterContext): boolean {
  const faults = context.syntax?.newFaults(text, replacedClosers(text, context));
  return text !== '' && faults !== undefined && faults <= 0;
}

/** Whether a text ends in the midst of a statement: in brackets that hold no statements. */
function endsInside(text: string, syntax: CandidateSyntax): boolean {
  return /[([]/.test(syntax.balance(text)?.opened.at(-1) ?? '');
}

/** Heads of a line that end behind a word or a closing bracket, longest first. */
function endsOf(line: string): string[] {
  const ends = [...line.matchAll(/[\p{L}\p{N}_$]+|[)\]}"'`;]/gu)].map(
    ({ 0: word, index }) => index + word.length,
  );
  return ends
    .reverse()
    .filter((end) => end < line.length)
    .slice(0, TRIES)
    .map((end) => line.slice(0, end));
}
