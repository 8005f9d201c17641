import type { SyntaxTree } from '../context/syntax/syntax-tree.js';
import { startOfTextBehind, type TextRange } from '../context/syntax/text-range.js';
import { definitionsAt } from './definitions.js';
import { lineEndAt, lineStartAt } from './lines.js';

/** What a comment asks for, and where. */
export interface CommentRequest {
  readonly words: string;
  readonly instruction: string;
  readonly range: TextRange;
}

/** Lines of a definition that is rewritten as a whole for a comment in it. */
const WHOLE_LINES = 120;

/** A comment on the cursor's line, or on the first line that is selected, that asks for something: `// TODO: sort by name`. */
export function askedInComment(
  tree: SyntaxTree,
  { start, end }: TextRange,
): CommentRequest | undefined {
  const { text } = tree;
  const lineStart = lineStartAt(text, start);
  const lineEnd = lineEndAt(text, start);
  const line = text.slice(lineStart, lineEnd);
  const match =
    /(?:lacuna:|\b(?:TODO|FIXME)\b(?:\([^)]*\))?:?)[ \t]*(\S.*?)[ \t]*(?:\*\/|-->)?\s*$/.exec(line);
  const words = match?.[1];
  if (!match || words === undefined) return undefined;
  const at = lineStart + match.index;
  if (tree.place(at + 1).inside !== 'comment') return undefined;
  const instruction = `Do what the comment in it asks for, and remove that comment: ${words}`;
  const [around] = definitionsAt(tree, { start: at, end: at });
  const holds = around && around.start <= at && at < around.end;
  if (holds && text.slice(around.start, around.end).split('\n').length <= WHOLE_LINES)
    return { words, instruction, range: { start: at, end: at } };
  // The comment and what stands behind it.
  const next = Math.min(startOfTextBehind(text, lineEnd), text.length - 1);
  return { words, instruction, range: { start: at, end: Math.max(end, next + 1) } };
}
