import type { Import } from '../context/syntax/imports.js';
import type { SyntaxTree } from '../context/syntax/syntax-tree.js';
import { contains } from '../context/syntax/text-range.js';
import { definedIn } from './target.js';

/** What stands by itself in a block of code that somebody wrote without the rest of the file. */
export interface BlockPart {
  readonly kind: 'import' | 'definition' | 'other';
  /** What it defines at its outermost level. */
  readonly names: readonly string[];
  /** Comments right before it, with the blanks between; empty where there are none. */
  readonly comments: string;
  readonly code: string;
  /** What it imports. */
  readonly imports: readonly Import[];
}

/** The statements of a parsed block. @param from where the block begins in what was parsed, and `to`, where it ends */
export function blockParts(tree: SyntaxTree, from = 0, to = tree.text.length): BlockPart[] {
  const { statements } = tree.statementsAround({ start: from, end: to });
  const imports = tree.imports();
  const parts: BlockPart[] = [];
  let comments: number | undefined;
  for (const { type, start, end } of statements) {
    if (type.includes('comment')) {
      comments ??= start;
      continue;
    }
    const brought = imports.filter((each) => contains({ start, end }, each));
    const names = brought.length > 0 ? [] : definedIn(tree, { start, end });
    const kind = brought.length > 0 ? 'import' : names.length > 0 ? 'definition' : 'other';
    // A grammar may leave the semicolon outside.
    const behind = /^[ \t]*;/.exec(tree.text.slice(end, to))?.[0] ?? '';
    parts.push({
      ...{ kind, names, imports: brought },
      comments: comments === undefined ? '' : tree.text.slice(comments, start),
      code: tree.text.slice(start, end) + behind,
    });
    comments = undefined;
  }
  return parts;
}

const remark = /^\s*(?:\/\/|#|--|\/\*|\{\/\*|<!--|\*|;)/;
const leavesOut =
  /^[^\p{L}]*(?:\.{3}|…)|\b(?:existing|rest of the|remaining|unchanged|other) (?:class|code|content|file|function|implementation|import|logic|member|method)s?\b/iu;

/** The first line in which a block says that it leaves something out; undefined where it does not. */
export function elision(code: string): string | undefined {
  return code
    .split('\n')
    .find((line) => remark.test(line) && leavesOut.test(line.replace(remark, '')))
    ?.trim();
}
