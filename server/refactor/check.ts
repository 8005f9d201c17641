import type { SyntaxTree } from '../context/syntax/syntax-tree.js';
import type { LineEdit } from './fit-code.js';
import { definedIn, type Target } from './target.js';
import type { EditTask } from './tasks.js';

/** Longest that parsing a new text may take, milliseconds. */
const PARSE_MS = 2000;

/** `fault`: what is wrong with a new text, as its author is told; absent where it may be offered. */
export interface Verdict {
  readonly fault?: string;
  /** Whether a grammar has seen it. */
  readonly parsed: boolean;
}

/** Whether a new text may stand in the place of the old one. */
export function check(
  tree: SyntaxTree | undefined,
  target: Target,
  edit: LineEdit,
  task: EditTask,
): Verdict {
  if (!tree) return { parsed: false };
  const { start, end: oldEnd, newText } = edit;
  const after = tree.withEdit({ start, oldEnd, newText }, PARSE_MS);
  if (!after) return { fault: 'it takes too long to parse.', parsed: true };
  try {
    const fault =
      syntaxFault(tree, after, target, edit) ??
      escapeFault(after, target, edit) ??
      taskFault(tree, after, target, edit, task);
    return { ...(fault !== undefined && { fault }), parsed: true };
  } finally {
    after.dispose();
  }
}

/** The tree of a text; undefined where there is no grammar for the language or parsing takes too long. Dispose of it. */
export type ParseText = (languageId: string, text: string) => Promise<SyntaxTree | undefined>;

/** Whether a whole file has no more errors than it had before. */
export async function faultsOf(
  parseText: ParseText,
  languageId: string,
  before: string,
  after: string,
): Promise<Verdict> {
  const tree = await parseText(languageId, after);
  if (!tree) return { parsed: false };
  const [fault] = tree.faults();
  const count = tree.faults().length;
  tree.dispose();
  if (!fault) return { parsed: true };
  const old = before === '' ? undefined : await parseText(languageId, before);
  const known = old?.faults().length ?? 0;
  old?.dispose();
  if (count <= known) return { parsed: true };
  const at = Math.max(fault.start, 0);
  const line = after.slice(after.lastIndexOf('\n', at - 1) + 1).split('\n')[0] ?? '';
  return { fault: `it does not parse: see \`${line.trim().slice(0, 120)}\`.`, parsed: true };
}

/** Errors that were not there before, wherever the new text makes them. */
function syntaxFault(
  before: SyntaxTree,
  after: SyntaxTree,
  target: Target,
  { newStart, newEnd }: LineEdit,
): string | undefined {
  const within = after.faults({ start: newStart, end: newEnd });
  const fine =
    after.faults().length <= before.faults().length &&
    (within.length === 0 || before.faults(target).length > 0);
  if (fine) return undefined;
  const place = within[0] ?? after.faults()[0];
  if (!place) return undefined;
  const at = Math.min(Math.max(place.start, newStart), newEnd);
  const line = after.text.slice(newStart, at).split('\n').length;
  const text = after.text.slice(after.text.lastIndexOf('\n', at - 1) + 1).split('\n')[0] ?? '';
  const what =
    place.kind === 'missing' ? 'something is missing in or before' : 'there is a syntax error in';
  return `it does not parse: ${what} line ${line}, \`${text.trim().slice(0, 120)}\`.`;
}

/** What is replaced by whole nodes is whole nodes again, and in the same block. */
function escapeFault(
  after: SyntaxTree,
  target: Target,
  { newStart, newEnd }: LineEdit,
): string | undefined {
  if (after.text.slice(newStart, newEnd).trim() === '') return undefined;
  const run = after.statementsAround({ start: newStart, end: newEnd });
  const { container } = target;
  const sameBlock =
    !container ||
    (run.container.type === container.type && run.container.start === container.start);
  const whole = run.statements.length === 0 || (run.start >= newStart && run.end <= newEnd);
  if (sameBlock && whole) return undefined;
  return 'its brackets or its indentation do not end where the part ends.';
}

function taskFault(
  before: SyntaxTree,
  after: SyntaxTree,
  target: Target,
  { newStart, newEnd }: LineEdit,
  { keepsNames, keepsCode, addsDefinition }: EditTask,
): string | undefined {
  const range = { start: newStart, end: newEnd };
  const names = new Set(definedIn(after, range));
  const lost = keepsNames ? target.names.find((name) => !names.has(name)) : undefined;
  if (lost !== undefined) return `${lost} is no longer defined in it.`;
  if (keepsCode) {
    const old = before.codeTokens(target);
    const now = after.codeTokens(range);
    if (old.length !== now.length || old.some((token, index) => token !== now[index]))
      return 'it changes code, where only comments may change.';
  }
  if (addsDefinition) {
    const count = (tree: SyntaxTree, { start, end }: typeof range) =>
      tree.tags({ start, end }).definitions.filter((each) => start <= each.start && each.end <= end)
        .length;
    if (count(after, range) <= count(before, target)) return 'it defines no new function.';
  }
  return undefined;
}
