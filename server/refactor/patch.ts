import { structuredPatch } from 'diff';

/** A line of a unified diff. */
export interface PatchLine {
  readonly kind: 'file' | 'place' | 'added' | 'removed' | 'same' | 'note';
  /** Without its line end. */
  readonly text: string;
}

/** What changes from one text to the other, as `patch` reads it; none where nothing does. */
export function patchLines(file: string, oldText: string, newText: string): PatchLine[] {
  const { hunks } = structuredPatch(file, file, oldText, newText, undefined, undefined, {
    context: 3,
  });
  if (hunks.length === 0) return [];
  return [
    { kind: 'file', text: `--- ${oldText === '' ? '/dev/null' : file}` },
    { kind: 'file', text: `+++ ${file}` },
    ...hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }): PatchLine[] => [
      {
        kind: 'place',
        text: `@@ -${spanOf(oldStart, oldLines)} +${spanOf(newStart, newLines)} @@`,
      },
      ...lines.map((text): PatchLine => ({ kind: kinds[text.slice(0, 1)] ?? 'note', text })),
    ]),
  ];
}

const kinds: Readonly<Record<string, PatchLine['kind']>> = {
  '+': 'added',
  '-': 'removed',
  ' ': 'same',
};

/** Of no lines, the line before is named. */
function spanOf(start: number, lines: number): string {
  return `${lines === 0 ? start - 1 : start},${lines}`;
}
