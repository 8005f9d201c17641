import type { EditKind, ProposeParams } from '../../protocol/index.js';
import type { SyntaxTree } from '../context/syntax/syntax-tree.js';
import type { Definition } from '../context/syntax/tags.js';
import type { TextRange } from '../context/syntax/text-range.js';
import { askedInComment } from './comment-request.js';
import { definitionsAt } from './definitions.js';
import { targetOf } from './target.js';
import { editTasks } from './tasks.js';
import { hasTestConvention } from './test-file.js';

/** An edit that makes sense at a place. */
export interface Offer extends Pick<ProposeParams, 'instruction'> {
  readonly kind: EditKind;
  readonly title: string;
  /** What it is asked for at; UTF-16 units. */
  readonly range: TextRange;
}

/** Languages in which types can be left out and written. */
const typed: ReadonlySet<string> = new Set(['typescript', 'typescriptreact', 'python', 'php']);

/** The edits that make sense at a selection or a cursor, apart from fixes; none without a tree. */
export function offersAt(tree: SyntaxTree, range: TextRange, languageId: string): Offer[] {
  const { text } = tree;
  const selected = text.slice(range.start, range.end).trim() !== '';
  const [definition] = definitionsAt(tree, range);
  const unwritten = definition !== undefined && isUnwritten(tree, definition);
  const kinds: EditKind[] = [
    ...(unwritten && !selected ? (['implement'] as const) : []),
    ...((selected || definition) && !unwritten ? (['simplify'] as const) : []),
    ...(selected ? (['extract'] as const) : []),
    ...(definition && typed.has(languageId) ? (['types'] as const) : []),
    ...(definition ? (['document'] as const) : []),
    ...((selected || definition) && !unwritten && hasTestConvention(languageId)
      ? (['tests'] as const)
      : []),
  ];
  const request = askedInComment(tree, range);
  return [
    ...(request
      ? [{ ...request, kind: 'rewrite' as const, title: `Do: ${shortened(request.words)}` }]
      : []),
    ...kinds.flatMap((kind) => {
      const { target } = targetOf(text, tree, range, kind);
      if (!target) return [];
      const name = target.names[0] ?? 'the selected code';
      return [{ kind, range, title: `${editTasks[kind].title} ${name}` }];
    }),
  ];
}

/** Whether a definition has a body in which nothing is done yet. */
export function isUnwritten(tree: SyntaxTree, { kind, signature, end }: Definition): boolean {
  if (!/function|method/.test(kind) || signature.end >= end) return false;
  const body = tree
    .codeTokens({ start: signature.end, end })
    .join(' ')
    .replace(/^(?:=> ?)?[:{]? ?|;? ?(?:\}|\bend)?$/g, '');
  if (body.length > 200) return false;
  return /^(?:pass|\.\.\.|(?:todo|unimplemented) ?!.*|(?:raise|throw|panic)\b.*(?:implement|todo|unsupported).*)?$/i.test(
    body,
  );
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
