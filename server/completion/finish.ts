/**
 * The two ends of post-processing: what is done to the model's text before the filters, and after them.
 */

import { normalizeNewlines } from '../prompt/newline.js';
import { replacedClosers } from './filters/closing-brackets.js';
import { repairIndentation } from './filters/indentation.js';
import type { FilterContext } from './filters/filter.js';
import type { Hole } from './hole.js';
import type { Shape } from './shape.js';

/** LF line ends, the document's indentation, and no blanks at the start where the cursor already stands behind a blank. */
export function prepare(raw: string, hole: Hole): string {
  const text = normalizeNewlines(raw);
  const begun = /\S[ \t]+$/.test(hole.linePrefix) ? text.replace(/^[ \t]+/, '') : text;
  return repairIndentation(begun, hole);
}

/**
 * The head of a text that surely stays if generation may end anywhere: a block that runs into the token limit
 * loses the line it was in the middle of. A first line is never taken for unfinished.
 */
export function wholeLines(text: string, shape: Shape): string {
  const end = text.lastIndexOf('\n');
  return shape === 'block' && end >= 0 ? text.slice(0, end) : text;
}

export interface Finished {
  readonly text: string;
  /** UTF-16 units after the cursor that the text takes the place of. */
  readonly replaced: number;
}

/**
 * Decides what happens to closing brackets that follow the cursor: a filtered text that contains them takes
 * their place; a block that ends before them puts them on a line of their own.
 */
export function finish(filtered: string, context: FilterContext): Finished {
  const { hole, shape } = context;
  const replaced = replacedClosers(filtered, context);
  const closes = replaced > 0 || !/^\s*[)\]}]/.test(hole.lineSuffix);
  if (shape === 'line' || closes || !filtered.includes('\n')) return { text: filtered, replaced };
  const indentation = /^[ \t]*/.exec(hole.linePrefix)?.[0] ?? '';
  return { text: `${filtered}\n${indentation}`, replaced };
}
