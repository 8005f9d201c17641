import { editBetween } from '../context/syntax/text-edit.js';
import type { EditDraft } from './draft.js';
import { lineEndAt, lineStartAt } from './lines.js';

/**
 * A draft at the place where its lines are by now, for who typed elsewhere while the model was at work.
 *
 * @returns undefined where the lines themselves were changed
 */
export function movedDraft(
  draft: EditDraft,
  before: string,
  after: string,
  version: number,
): EditDraft | undefined {
  const edit = editBetween(before, after);
  if (!edit) return { ...draft, version };
  const { start, oldEnd, newText } = edit;
  const shift = newText.length - (oldEnd - start);
  const moved = oldEnd <= draft.start ? shift : start >= draft.end ? 0 : undefined;
  if (moved === undefined) return undefined;
  const place = { start: draft.start + moved, end: draft.end + moved };
  const same =
    after.slice(place.start, place.end) === draft.oldText &&
    lineStartAt(after, place.start) === place.start &&
    (place.end === place.start || lineEndAt(after, place.end - 1) === place.end);
  return same ? { ...draft, ...place, version } : undefined;
}
