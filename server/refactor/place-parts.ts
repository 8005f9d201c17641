import type { SyntaxTree } from '../context/syntax/syntax-tree.js';
import type { Definition } from '../context/syntax/tags.js';
import type { TextRange } from '../context/syntax/text-range.js';
import { normalizeNewlines, withEndOfLine } from '../prompt/newline.js';
import type { BlockPart } from './block-parts.js';
import { withCommentsAbove } from './definitions.js';
import { fitCode, frameOf, lineEdit } from './fit-code.js';
import { endOfLineOf, lineEndAt } from './lines.js';
import { targetOf, type Target } from './target.js';

/** Whole lines that are replaced; offsets into the document. */
export interface PlacedBlock extends TextRange {
  readonly oldText: string;
  readonly newText: string;
}

interface Match {
  readonly part: BlockPart;
  readonly target: Target;
  readonly definition: Definition;
  /** New definitions that stand before and behind it. */
  readonly before: BlockPart[];
  readonly behind: BlockPart[];
}

/**
 * Puts a block where what it defines is defined already: definition for definition, new ones beside those that stand next to them
 * in the block, imports among the others. What only shows how to use it, such as calls, is left out. Undefined where the
 * document defines nothing of it.
 */
export function placeByNames(
  parts: readonly BlockPart[],
  text: string,
  tree: SyntaxTree,
  cursor?: number,
): PlacedBlock | undefined {
  const matches: Match[] = [];
  let waiting: BlockPart[] = [];
  for (const part of parts) {
    if (part.kind !== 'definition') continue;
    const found = matchOf(part, tree, cursor);
    const taken = found && matches.some(({ target }) => overlap(target, found.target));
    if (found && !taken) {
      matches.push({ ...found, before: waiting, behind: [] });
      waiting = [];
    } else if (matches.length > 0) matches.at(-1)?.behind.push(part);
    else waiting.push(part);
  }
  if (matches.length === 0) return undefined;
  const edits = matches.map((match) => editOf(match, text, tree));
  return combined(text, [...importEdits(parts, text, tree), ...edits]);
}

/** Puts a block in the place of what is selected, or below what the cursor stands in. */
export function placeAt(
  code: string,
  parts: readonly BlockPart[],
  text: string,
  tree: SyntaxTree | undefined,
  range: TextRange,
): PlacedBlock | undefined {
  const selected = text.slice(range.start, range.end).trim() !== '';
  const { target } = targetOf(text, tree, range, 'rewrite');
  const here = selected || target?.blank === true ? target : statementAt(text, tree, range.end);
  if (!here) return undefined;
  const frame = frameOf(text, here, tree);
  const fitted = fitCode(code, frame, here, tree);
  if (selected || here.blank) return lineEdit(text, here, fitted);
  const old = normalizeNewlines(text.slice(here.start, here.end));
  const gap = parts.some(({ kind }) => kind === 'definition') ? '\n\n' : '\n';
  return lineEdit(text, here, `${old}${gap}${frame.indentation}${fitted}`);
}

function statementAt(
  text: string,
  tree: SyntaxTree | undefined,
  offset: number,
): Target | undefined {
  const run = tree?.statementsAround({ start: offset, end: offset });
  const [first] = run?.statements ?? [];
  if (first) return { start: first.start, end: first.end, names: [], blank: false };
  const { target } = targetOf(text, undefined, { start: offset, end: offset }, 'rewrite');
  return target;
}

function matchOf(
  part: BlockPart,
  tree: SyntaxTree,
  cursor: number | undefined,
): Pick<Match, 'part' | 'target' | 'definition'> | undefined {
  const named = tree.tags().definitions.filter(({ name }) => part.names.includes(name));
  const around = named.filter(
    ({ start, end }) => cursor !== undefined && start <= cursor && cursor <= end,
  );
  const outermost = named.filter(({ containers }) => containers.length === 0);
  const [only] = [around, outermost, named].filter((list) => list.length > 0);
  const [definition, ...others] = only ?? [];
  // Of several of one name nobody can tell which is meant.
  if (!definition || others.some(({ name }) => name === definition.name)) return undefined;
  const { start, end, container } = tree.statementsAround(definition);
  const target = {
    start: part.comments === '' ? start : withCommentsAbove(tree, start),
    ...{ end, names: part.names, blank: false },
    container: { type: container.type, start: container.start },
  };
  return { part, target, definition };
}

function editOf(
  { part, target, definition, before, behind }: Match,
  text: string,
  tree: SyntaxTree,
): PlacedBlock {
  const frame = frameOf(text, target, tree);
  const { start } = tree.statementsAround(definition);
  const exported = /^export\s+(?:default\s+)?/.exec(text.slice(start, definition.start))?.[0] ?? '';
  const own = part.code.startsWith('export') ? part.code : exported + part.code;
  const pieces = [
    ...before.map(({ comments, code }) => comments + code),
    part.comments + own,
    ...behind.map(({ comments, code }) => comments + code),
  ].map((code) => fitCode(code, frame, target, tree));
  return lineEdit(text, target, pieces.join(`\n\n${frame.indentation}`));
}

/** Imports that the document does not have, behind its last one; one that brings in more takes the place of the one before. */
function importEdits(parts: readonly BlockPart[], text: string, tree: SyntaxTree): PlacedBlock[] {
  const known = tree.imports();
  const edits: PlacedBlock[] = [];
  let added = '';
  for (const { kind, code, imports } of parts) {
    if (kind !== 'import' || text.includes(code.replace(/;$/, ''))) continue;
    const names = new Set(imports.flatMap((each) => each.names.map(({ name }) => name)));
    const same = known.find(({ source }) => imports.some((each) => each.source === source));
    if (
      same &&
      names.size > 0 &&
      [...names].every((name) => same.names.some((has) => has.name === name))
    )
      continue;
    if (same && same.names.length > 0 && same.names.every(({ name }) => names.has(name))) {
      const { start, end } = tree.statementsAround(same);
      const target = { start, end, names: [], blank: false };
      edits.push(lineEdit(text, target, text[end - 1] === ';' ? code : code.replace(/;$/, '')));
    } else added += `${code}\n`;
  }
  if (added === '') return edits;
  const last = known.at(-1);
  const at = last ? lineEndAt(text, last.end) : 0;
  const newText = withEndOfLine(last ? added : `${added}\n`, endOfLineOf(text));
  return [...edits, { start: at, end: at, oldText: '', newText }];
}

/** Several edits as one, with what stands between them. */
function combined(text: string, edits: readonly PlacedBlock[]): PlacedBlock | undefined {
  const sorted = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  const [first] = sorted;
  if (!first) return undefined;
  let newText = '';
  let at = first.start;
  for (const edit of sorted) {
    // Two on one line would overwrite each other.
    if (edit.start < at) return undefined;
    newText += text.slice(at, edit.start) + edit.newText;
    at = edit.end;
  }
  return { start: first.start, end: at, oldText: text.slice(first.start, at), newText };
}

function overlap(one: TextRange, other: TextRange): boolean {
  return one.start < other.end && other.start < one.end;
}
