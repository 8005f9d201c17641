import type { SyntaxTree } from '../../context/syntax/syntax-tree.js';
import type { TextEdit } from '../../context/syntax/text-edit.js';
import { normalizeNewlines } from '../../prompt/newline.js';

/** Parsing a few lines anew takes less than a tenth of it; milliseconds. */
const PARSE_MS = 20;

/**
 * Where statements end in a completion that would make `edit` of the tree's document, in UTF-16 units of its text with LF
 * line ends; none where the parser takes too long.
 */
export function statementEndsOf(tree: SyntaxTree, edit: TextEdit): number[] {
  const edited = tree.withEdit(edit, PARSE_MS);
  try {
    const range = { start: edit.start, end: edit.start + edit.newText.length };
    return (edited?.statementEnds(range) ?? []).map(
      (end) => normalizeNewlines(edit.newText.slice(0, end - edit.start)).length,
    );
  } finally {
    edited?.dispose();
  }
}
