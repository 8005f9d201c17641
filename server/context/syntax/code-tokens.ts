import type { Node } from 'web-tree-sitter';
import { capturesIn } from './matches.js';
import type { Source } from './source.js';
import type { TextRange } from './text-range.js';

/**
 * The tokens of a range without comments and without texts that stand for themselves, such as Python's docstrings: two
 * texts with the same tokens do the same, however they are documented and laid out.
 */
export function codeTokensIn(source: Source, range: TextRange): string[] {
  const comments = new Set(
    capturesIn(source.grammar, 'blocks', source.root, range)
      .filter(({ name }) => name === 'comment')
      .map(({ node }) => node.id),
  );
  const tokens: string[] = [];
  const visit = (node: Node): void => {
    if (node.endIndex <= range.start || node.startIndex >= range.end) return;
    if (comments.has(node.id) || isLooseString(node)) return;
    // A string's blanks are its own, and its content may be in no node at all.
    if (node.childCount === 0 || /string/.test(node.type)) {
      if (node.text.trim() !== '') tokens.push(node.text);
      return;
    }
    for (const child of node.children) visit(child);
  };
  visit(source.root);
  return tokens;
}

function isLooseString(node: Node): boolean {
  const only = node.namedChildCount === 1 ? node.namedChild(0) : null;
  return node.type === 'expression_statement' && only?.type === 'string';
}
