import { editBetween } from '../../context/syntax/text-edit.js';

/**
 * Where the cursor likely stands in `after`, which stood at `offset` when the document was `before`: it moves with the text
 * around it, and out of a text that was changed to its end. UTF-16 units.
 */
export function movedOffset(before: string, after: string, offset: number): number {
  const edit = editBetween(before, after);
  if (!edit || offset < edit.start) return offset;
  if (offset >= edit.oldEnd) return offset + after.length - before.length;
  return edit.start + edit.newText.length;
}
