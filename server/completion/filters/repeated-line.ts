import { linesOf, nextWrittenLine, previousWrittenLine } from '../lines.js';
import type { Filter, FilterContext } from './filter.js';

/**
 * Drops a line that already stands right below the cursor, and what follows it; drops the whole text where
 * it would only repeat the line right above.
 */
export const repeatedLine: Filter = {
  keep(text, context) {
    const { above, below } = neighbours(context);
    for (const { start, line } of linesOf(text)) {
      const written = fullLine(line, start, context);
      if (written !== '' && written === below) return Math.max(0, start - 1);
      if (start === 0 && written === above && isTelling(written)) return 0;
    }
    return text.length;
  },

  settled(text, context) {
    const start = text.lastIndexOf('\n') + 1;
    const kept = start === 0 ? 0 : this.keep(text.slice(0, start), context);
    if (kept < start) return kept;
    const begun = (start === 0 ? context.hole.linePrefix : '') + text.slice(start);
    const { above, below } = neighbours(context);
    const open = [below, start === 0 ? above : undefined].some(
      (line) => line !== undefined && (line.startsWith(begun) || begun.trimEnd() === line),
    );
    return open ? Math.max(0, start - 1) : text.length;
  },

  ended(text, context) {
    const start = text.lastIndexOf('\n') + 1;
    return start > 0 && this.keep(text.slice(0, start), context) < start;
  },
};

function neighbours({ hole }: FilterContext): { above?: string; below?: string } {
  const above = previousWrittenLine(hole.prefix);
  const below = nextWrittenLine(hole.suffix);
  return { ...(above !== undefined && { above }), ...(below !== undefined && { below }) };
}

/** The line as it would stand in the document; the text's first line completes the cursor's. */
function fullLine(line: string, start: number, { hole }: FilterContext): string {
  return (start === 0 ? hole.linePrefix + line + hole.lineSuffix : line).trimEnd();
}

/** Long enough that twice the same is a repetition and not a habit of the language, such as `}`. */
function isTelling(line: string): boolean {
  return line.trim().length >= 8 && /\w/.test(line);
}
