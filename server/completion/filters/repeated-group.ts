import { linesOf, type TextLine } from '../lines.js';
import type { Filter } from './filter.js';

/** Fewer characters twice in a row may be meant. */
const TELLING = 12;

/** Ends a text where lines that it has just written come again: a model that does so goes on doing so. */
export const repeatedGroup: Filter = {
  keep: (text) => scan(text).keep,
  settled: (text) => scan(text).settled,
  ended: (text) => {
    const whole = text.lastIndexOf('\n') + 1;
    return whole > 0 && scan(text.slice(0, whole)).keep < whole;
  },
};

/** Looks, for every number of lines n, whether the last n equal the n before them. */
function scan(text: string): { keep: number; settled: number } {
  const lines = [...linesOf(text)];
  let keep = text.length;
  let settled = text.length;
  for (let n = 1; n < lines.length; n++) {
    let same = 0;
    for (let at = n; at < lines.length; at++) {
      const line = lines[at] as TextLine;
      const before = (lines[at - n] as TextLine).line.trimEnd();
      const again = sayTheSame(lines, at - n, at);
      const run = same;
      same = again ? same + 1 : 0;
      if (same >= n && telling(lines.slice(at + 1 - n, at + 1))) {
        const first = at + 1 - 2 * n;
        const start = startOf(lines, first + shortestRound(lines, first, 2 * n));
        if (line.complete) return { keep: start, settled: Math.min(settled, start) };
        // The last line may go on, and be none of this group's then.
        keep = Math.min(keep, start);
      }
      const open = at === lines.length - 1 && before.trimStart().startsWith(line.line.trim());
      if (at === lines.length - 1 && (again || open))
        settled = Math.min(settled, startOf(lines, at - run));
    }
  }
  return { keep, settled };
}

/** How many lines come again and again among `length` lines from `first` on: of a group that is one line twice, that line. */
function shortestRound(lines: readonly TextLine[], first: number, length: number): number {
  for (let n = 1; n < length / 2; n++) {
    const rest = Array.from({ length: length - n }, (_, i) => first + n + i);
    if (rest.every((at) => sayTheSame(lines, at - n, at))) return n;
  }
  return length / 2;
}

function sayTheSame(lines: readonly TextLine[], before: number, at: number): boolean {
  const [a = '', b = ''] = [lines[before]?.line, lines[at]?.line];
  // The first line has no indentation of its own.
  return before === 0 ? a.trim() === b.trim() : a.trimEnd() === b.trimEnd();
}

/** Where the line end in front of a line begins. */
function startOf(lines: readonly TextLine[], at: number): number {
  return Math.max(0, (lines[at]?.start ?? 1) - 1);
}

function telling(lines: readonly TextLine[]): boolean {
  const text = lines.map(({ line }) => line.trim()).join('');
  return text.length >= TELLING && /\w/.test(text);
}
