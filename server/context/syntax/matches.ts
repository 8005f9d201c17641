import type { Node, Query, QueryCapture, QueryMatch } from 'web-tree-sitter';
import type { Grammar, QueryKind } from './grammar.js';
import type { TextRange } from './text-range.js';

/** More states than any source needs, few enough that a pathological one ends. */
const matchLimit = 4096;

/** web-tree-sitter counts in UTF-16 units everywhere but in the ranges of queries, where it counts bytes. */
const bytesPerUnit = 2;

/**
 * Matches of a query that touch a range, in their order in the text. An empty range is widened by the character on
 * its right, or at the end of the text on its left: tree-sitter takes an empty one for all of the text.
 */
export function matchesIn(
  grammar: Grammar,
  kind: QueryKind,
  root: Node,
  range?: TextRange,
): QueryMatch[] {
  return grammar.query(kind).matches(root, { matchLimit, ...options(root, range) });
}

/** Captures of a query that touch a range, in their order in the text. */
export function capturesIn(
  grammar: Grammar,
  kind: QueryKind,
  root: Node,
  range?: TextRange,
): QueryCapture[] {
  return captures(grammar.query(kind), root, range);
}

/** As `capturesIn`, of a query of one's own. */
export function captures(query: Query, root: Node, range?: TextRange): QueryCapture[] {
  return query.captures(root, { matchLimit, ...options(root, range) });
}

function options(
  root: Node,
  range: TextRange | undefined,
): { startIndex: number; endIndex: number } | undefined {
  if (!range) return undefined;
  const start = Math.min(range.start, Math.max(root.endIndex - 1, 0));
  const end = Math.max(range.end, start + 1);
  return { startIndex: start * bytesPerUnit, endIndex: end * bytesPerUnit };
}

/** The node that a match captures under a name. */
export function captured(match: QueryMatch, name: string): Node | undefined {
  return match.captures.find((capture) => capture.name === name)?.node;
}
