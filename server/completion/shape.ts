import type { CursorPlace } from '../context/syntax/cursor-place.js';
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
 * it; else the rest of the line. Where the syntax is known, never inside the arguments of a call, a string or a
 * comment.
 */
export function shapeOf({ linePrefix, lineSuffix, languageId }: Hole, place?: CursorPlace): Shape {
  if (place && (place.inArguments || place.inside !== 'code')) return 'line';
  const head = linePrefix.trimEnd();
  const rest = lineSuffix.trim();
  if (head === '') return rest === '' ? 'block' : 'line';
  return opensBlock(head, languageId) && /^[)\]};,]*$/.test(rest) ? 'block' : 'line';
}

function opensBlock(head: string, languageId: string): boolean {
  if (languageId === 'python') return pythonBlock.test(head);
  if (keywordLanguages.has(languageId) && keywordBlock.test(head)) return true;
  return braceBlock.test(head);
}
