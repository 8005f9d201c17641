import { diffArrays } from 'diff';
import type { EditHunk, EditRange } from '../../protocol/index.js';

/** A run of lines that stays, or that is replaced. */
interface Run {
  readonly same: boolean;
  readonly oldLines: readonly string[];
  readonly newLines: readonly string[];
}

/** Lines with their ends. */
const linesOf = (text: string) => text.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? [];

/**
 * The hunks that a text makes of another one while it is being written. Old lines that it has not come to yet stay.
 *
 * @param range where `oldText` stands; it begins at the start of a line
 * @param newText all that there is of it so far
 */
export function streamHunks(range: EditRange, oldText: string, newText: string): EditHunk[] {
  const hunks: EditHunk[] = [];
  let { line } = range.start;
  const oldLines = linesOf(oldText);
  const runs = runsOf(oldLines, withoutBeginnings(linesOf(newText), oldLines));
  runs.forEach(({ same, oldLines: before, newLines }, index) => {
    // The last run is not finished: as many old lines are taken as there are new ones.
    const gone = index === runs.length - 1 ? before.slice(0, newLines.length) : before;
    if (!same && (gone.length > 0 || newLines.length > 0))
      hunks.push({
        range: {
          start: { line, character: 0 },
          end: { line: line + gone.length, character: 0 },
        },
        oldText: gone.join(''),
        newText: newLines.join(''),
      });
    line += before.length;
  });
  return hunks;
}

/** Without a last line that may yet become an old one: it would flicker. */
function withoutBeginnings(newLines: readonly string[], oldLines: readonly string[]) {
  const last = newLines.at(-1);
  const unsure =
    last !== undefined && !/[\r\n]$/.test(last) && oldLines.some((each) => each.startsWith(last));
  return unsure ? newLines.slice(0, -1) : newLines;
}

function runsOf(oldLines: readonly string[], newLines: readonly string[]): readonly Run[] {
  const runs: Run[] = [];
  for (const { added, removed, value } of diffArrays([...oldLines], [...newLines])) {
    const same = !added && !removed;
    const oldOnes = added ? [] : value;
    const newOnes = removed ? [] : value;
    const last = runs.at(-1);
    if (!same && last && !last.same)
      runs[runs.length - 1] = {
        same,
        oldLines: [...last.oldLines, ...oldOnes],
        newLines: [...last.newLines, ...newOnes],
      };
    else runs.push({ same, oldLines: oldOnes, newLines: newOnes });
  }
  return runs;
}
