import { diffArrays } from 'diff';
import { splitLines } from './lines.js';

/** Lines that are replaced: from `start`, counted from the first line of the old text, `oldLines` by `newLines`. */
export interface LineHunk {
  readonly start: number;
  readonly oldLines: readonly string[];
  readonly newLines: readonly string[];
}

/** Most lines that differ; beyond, everything is one hunk. The time it takes grows with its square. */
const MOST_CHANGES = 4000;

/** What makes the new text of the old one, from the top down. Lines have their line ends. */
export function hunksBetween(oldText: string, newText: string): LineHunk[] {
  const before = splitLines(oldText);
  const after = splitLines(newText);
  const changes = diffArrays(before, after, { maxEditLength: MOST_CHANGES });
  if (!changes) return [{ start: 0, oldLines: before, newLines: after }];
  const hunks: { start: number; oldLines: string[]; newLines: string[] }[] = [];
  let line = 0;
  let open = false;
  for (const { value, added, removed } of changes) {
    if (!added && !removed) {
      line += value.length;
      open = false;
      continue;
    }
    if (!open) hunks.push({ start: line, oldLines: [], newLines: [] });
    open = true;
    const hunk = hunks.at(-1);
    if (added) hunk?.newLines.push(...value);
    else {
      hunk?.oldLines.push(...value);
      line += value.length;
    }
  }
  return hunks;
}
