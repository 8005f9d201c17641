import type { CursorPlace } from '../context/syntax/cursor-place.js';
import { indentOf, nextWrittenLine } from './lines.js';
import type { Hole } from './hole.js';

/** How far a completion may go: to the end of the line, or over several lines. */
export type Shape = 'line' | 'block';

const keywordLanguages = new Set(['lua', 'ruby', 'shellscript', 'elixir', 'julia']);
const pythonBlock =
  /^\s*(?:async|case|class|def|elif|else|except|finally|for|if|match|try|while|with)\b.*:$/;
const keywordBlock = /\b(?:do|else|then)$/;
const braceBlock = /(?<!\$)\{$/;

/**
 * A block where the cursor's line is blank or ends by opening a block, and only closing brackets follow on
 * it; else the rest of the line. Where the syntax is known: also between brackets that stand on lines of their own, and
 * inside a string or a comment on a line of its own alone.
 */
export function shapeOf(
  { linePrefix, lineSuffix, suffix, languageId }: Hole,
  place?: CursorPlace,
): Shape {
  const head = linePrefix.trimEnd();
  const rest = lineSuffix.trim();
  if (head === '') return rest === '' ? 'block' : 'line';
  if (place && place.inside !== 'code') return 'line';
  if (place && rest === '' && /[([{]$/.test(head) && isClosedBelow(linePrefix, suffix))
    return 'block';
  return opensBlock(head, languageId) && /^[)\]};,]*$/.test(rest) ? 'block' : 'line';
}

/** Whether the next line closes what this one leaves open: what belongs between them has lines of its own. */
function isClosedBelow(linePrefix: string, suffix: string): boolean {
  const below = nextWrittenLine(suffix);
  return below !== undefined && /^\s*[)\]}]/.test(below) && indentOf(below) <= indentOf(linePrefix);
}

/**
 * Whether the rest of a line may open a block and go on in it. Only where the syntax is known, which tells where such a
 * block ends, and where no word follows on the line.
 */
export function mayOpen({ lineSuffix }: Hole, place?: CursorPlace): boolean {
  return place?.inside === 'code' && /^\s*(?:[)\]};,]|$)/.test(lineSuffix);
}

function opensBlock(head: string, languageId: string): boolean {
  if (languageId === 'python') return pythonBlock.test(head);
  if (keywordLanguages.has(languageId) && keywordBlock.test(head)) return true;
  return braceBlock.test(head);
}
