import { normalizeNewlines, withEndOfLine } from '../../prompt/newline.js';
import type { Completion } from '../completion.js';
import { finish } from '../finish.js';
import type { Hole } from '../hole.js';
import { evidenceWithin } from './evidence.js';
import { gatedShape, shownLength } from './shown-length.js';
import type { ShapeThresholds } from './thresholds.js';

/**
 * What of a completion is sure enough to be shown to somebody who has not asked for it: the completion itself, a shorter
 * one, or one with an empty text.
 */
export function unasked(
  completion: Completion,
  hole: Hole,
  thresholds: ShapeThresholds,
): Completion {
  const { range, shape } = completion;
  const text = normalizeNewlines(completion.text);
  const length = shownLength({ ...completion, text }, thresholds[gatedShape(text, shape)]);
  if (length >= text.length) return completion;
  const { text: head, replaced } = finish(text.slice(0, length), {
    hole,
    shape,
    maxLines: Infinity,
  });
  return {
    ...completion,
    ...evidenceWithin(completion, length),
    text: withEndOfLine(head, hole.eol),
    range: { ...range, end: { ...range.start, character: range.start.character + replaced } },
  };
}
