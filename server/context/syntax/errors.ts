import type { Node } from 'web-tree-sitter';
import type { TextRange } from './text-range.js';

/** What does not parse. */
export interface SyntaxFault extends TextRange {
  /** `error`: text no rule takes; `missing`: a token the parser had to make up, an empty range. */
  readonly kind: 'error' | 'missing';
}

/**
 * Faults that touch a range, all of them without one. An error inside an error is one. The parser hides little of
 * the tree behind errors, so their number compares candidates for the same place and says nothing across places.
 */
export function faultsIn(root: Node, range: TextRange = wholeOf(root)): SyntaxFault[] {
  const faults: SyntaxFault[] = [];
  const visit = (node: Node): void => {
    if (!node.hasError || node.endIndex < range.start || node.startIndex > range.end) return;
    if (node.isMissing || node.isError) {
      faults.push({
        start: node.startIndex,
        end: node.endIndex,
        kind: node.isError ? 'error' : 'missing',
      });
      return;
    }
    for (const child of node.children) visit(child);
  };
  visit(root);
  return faults;
}

function wholeOf(root: Node): TextRange {
  return { start: 0, end: root.endIndex };
}
