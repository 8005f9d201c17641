import type { Node } from 'web-tree-sitter';
import { capturesIn } from './matches.js';
import type { Source } from './source.js';

/** Lines, from 0, that begin inside a string: what they begin with is part of a value and no indentation. */
export function stringLinesOf(source: Source): ReadonlySet<number> {
  const lines = new Set<number>();
  const captures = capturesIn(source.grammar, 'blocks', source.root);
  // Outer nodes come before those in them, so that code within a string takes back what the string has claimed.
  for (const { name, node } of captures)
    if (name === 'string') rowsBehindFirst(node).forEach((row) => lines.add(row));
    else if (name === 'interpolation') rowsBehindFirst(node).forEach((row) => lines.delete(row));
  return lines;
}

function rowsBehindFirst({ startPosition, endPosition }: Node): number[] {
  const rows = Math.max(endPosition.row - startPosition.row, 0);
  return Array.from({ length: rows }, (_, index) => startPosition.row + 1 + index);
}
