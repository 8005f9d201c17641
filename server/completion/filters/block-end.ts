import { indentOf, linesOf } from '../lines.js';
import type { Filter, FilterContext } from './filter.js';

/**
 * Ends a block where it closes: at a blank line, or at a line that is indented less than the block. Where
 * the cursor's line opened the block, the line that closes it is kept up to its closing brackets.
 */
export const blockEnd: Filter = {
  keep,
  settled(text, context) {
    const lastLine = text.lastIndexOf('\n');
    const undecided = lastLine >= 0 && text.slice(lastLine).trim() === '';
    return Math.min(keep(text, context), undecided ? lastLine : text.length);
  },
  ended: (text, context) => keep(text, context) < text.length,
};

function keep(text: string, { hole, shape }: FilterContext): number {
  if (shape === 'line') return text.length;
  const base = indentOf(hole.linePrefix);
  const opened = hole.linePrefix.trim() !== '';
  let written = false;
  for (const { start, line, complete } of linesOf(text)) {
    const blank = line.trim() === '';
    if (start > 0) {
      if (blank) {
        if (written && complete) return start - 1;
        continue;
      }
      const indent = indentOf(line);
      if (opened && indent === base) {
        const closers = /^\s*[)\]}]+[;,]?/.exec(line)?.[0];
        return closers ? start + closers.length : start - 1;
      }
      if (indent < base) return start - 1;
    }
    written ||= !blank;
  }
  return text.length;
}
