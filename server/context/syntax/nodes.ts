import type { Node } from 'web-tree-sitter';
import { rangeOf, type TextRange } from './text-range.js';

/** A node as data. */
export interface SyntaxNode extends TextRange {
  /** The grammar's name for it, such as `call_expression`. */
  readonly type: string;
}

/** The named nodes around a range, smallest first, the root last. */
export function nodesAround(root: Node, { start, end }: TextRange): SyntaxNode[] {
  const nodes: SyntaxNode[] = [];
  for (
    let node: Node | null = root.namedDescendantForIndex(start, Math.max(end - 1, start));
    node;
    node = node.parent
  )
    if (node.startIndex <= start && node.endIndex >= end)
      nodes.push({ ...rangeOf(node), type: node.type });
  return nodes;
}
