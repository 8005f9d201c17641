import { Parser } from 'web-tree-sitter';
import type { Grammar } from './grammar.js';
import { SyntaxTree } from './syntax-tree.js';

/**
 * The tree of a text that nobody edits, for who reads many files and holds none: an index, in a worker of its own if it
 * likes. Blocks for as long as it takes, the deadline (milliseconds) at most. The tree lives on its own: dispose of it.
 *
 * @returns undefined where parsing takes longer than the deadline
 */
export function parseText(
  grammar: Grammar,
  text: string,
  deadlineMs: number,
): SyntaxTree | undefined {
  const end = performance.now() + deadlineMs;
  const parser = new Parser();
  try {
    parser.setLanguage(grammar.language);
    const tree = parser.parse(text, null, { progressCallback: () => performance.now() >= end });
    return tree ? new SyntaxTree(grammar, tree, text, 0, true) : undefined;
  } finally {
    parser.delete();
  }
}
