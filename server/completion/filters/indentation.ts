import type { Hole } from '../hole.js';
import { indentOf, nextWrittenLine, previousWrittenLine } from '../lines.js';

/** Lines on each side of the cursor that tell how a document is indented. */
const LINES = 100;
/** Width of a tab, as `indentOf` has it. */
const TAB = 4;

/**
 * The text with the document's indentation: tabs where it has tabs, blanks where it has blanks, and no stray blank in front
 * of the first line. Lines that are indented as the document is stay as they are. What the text's beginning becomes does
 * not depend on its end, but for blanks that nothing follows yet.
 */
export function repairIndentation(text: string, hole: Hole): string {
  const first = withoutStrayBlanks(text, hole);
  if (!/\n[ \t]/.test(first)) return first;
  const style = styleOf(hole);
  if (!style) return first;
  return first.replace(/(?<=\n)[ \t]+/g, (blanks) => inStyle(blanks, style));
}

/** Blanks at the start of a text go where the cursor stands at a depth that its neighbours have, and they lead to another. */
function withoutStrayBlanks(text: string, hole: Hole): string {
  const { linePrefix, prefix, suffix } = hole;
  const blanks = /^[ \t]+(?=\S)/.exec(text)?.[0];
  if (blanks === undefined || linePrefix.trim() !== '' || linePrefix === '') return text;
  const above = indentOf(previousWrittenLine(prefix) ?? '');
  const below = indentOf(nextWrittenLine(suffix) ?? '');
  const unit = styleOf(hole)?.unit ?? TAB;
  const depths = new Set([above, below, above + unit]);
  const stray = depths.has(indentOf(linePrefix)) && !depths.has(indentOf(linePrefix + blanks));
  return stray ? text.slice(blanks.length) : text;
}

interface Style {
  readonly character: '\t' | ' ';
  /** Width of one step: of a tab, or in blanks. */
  readonly unit: number;
}

/** How the lines around the cursor are indented; undefined where none is. */
function styleOf({ prefix, suffix }: Hole): Style | undefined {
  // The cursor's own line is in the making.
  const above = prefix.split('\n').slice(-LINES - 1, -1);
  const lines = [...above, ...suffix.split('\n').slice(1, LINES)];
  const indents = lines.flatMap((line) => /^[ \t]+/.exec(line)?.[0] ?? []);
  const tabs = indents.filter((indent) => indent.startsWith('\t')).length;
  if (indents.length === 0) return undefined;
  if (tabs * 2 > indents.length) return { character: '\t', unit: TAB };
  const widths = indents.filter((indent) => !indent.includes('\t')).map(({ length }) => length);
  const unit = [8, 4, 2].find((step) => widths.every((width) => width % step === 0)) ?? TAB;
  return { character: ' ', unit: unit === 8 && widths.length < 3 ? TAB : unit };
}

function inStyle(blanks: string, { character, unit }: Style): string {
  if (character === ' ') return blanks.replaceAll('\t', ' '.repeat(unit));
  // What stands behind tabs lines something up and is no indentation.
  if (blanks.startsWith('\t')) return blanks;
  return blanks.length < 2 ? blanks : '\t'.repeat(Math.round(blanks.length / unit));
}
