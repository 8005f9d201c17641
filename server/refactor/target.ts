import type { SyntaxTree } from '../context/syntax/syntax-tree.js';
import type { Definition } from '../context/syntax/tags.js';
import type { TextRange } from '../context/syntax/text-range.js';
import { definitionsAt, withCommentsAbove } from './definitions.js';
import { lineEndAt, lineStartAt } from './lines.js';
import { refuse, type EditRefusal } from './refusal.js';
import type { EditKind } from '../../protocol/index.js';

/** What is to be replaced: whole syntax nodes, or whole lines where no grammar tells nodes. Offsets into the document. */
export interface Target extends TextRange {
  /** Names that are defined in it at its outermost level. */
  readonly names: readonly string[];
  /** What the task is about, where that is less than what is replaced. */
  readonly focus?: TextRange;
  /** Nothing is there yet: a blank line, all of it. */
  readonly blank: boolean;
  /** What the nodes stand in; absent where there is no tree, or nothing yet. */
  readonly container?: { readonly type: string; readonly start: number };
}

export type TargetOutcome =
  | { readonly target: Target; readonly refusal?: never }
  | { readonly target?: never; readonly refusal: EditRefusal };

/** Lines of a function that is replaced as a whole to mend something in it; of a longer one, only the statement. */
const MENDED_LINES = 120;

/** What an edit of a kind replaces, asked for at a selection or a cursor. */
export function targetOf(
  text: string,
  tree: SyntaxTree | undefined,
  range: TextRange,
  kind: EditKind,
): TargetOutcome {
  if (!tree) return linesAround(text, range);
  const selected = text.slice(range.start, range.end).trim() !== '';
  switch (kind) {
    case 'rewrite':
      if (!selected && isBlankLine(text, range.end)) return { target: blankLine(text, range.end) };
      return selected ? statements(tree, range) : definitionOr(tree, range, statements);
    case 'simplify':
    case 'tests':
      return selected ? statements(tree, range) : definitionOr(tree, range, statements);
    case 'document': {
      const found = definitionOr(tree, range, nothingDefined);
      return found.target ? { target: withComments(tree, found.target) } : found;
    }
    case 'types':
    case 'implement':
      return definitionOr(tree, range, nothingDefined);
    case 'extract': {
      if (!selected)
        return refuse('Nothing is selected to be extracted.', 'Select the code to extract.');
      const { target: part, refusal } = statements(tree, range);
      if (!part) return { refusal };
      const around = definitionsAt(tree, part).find((each) => holdsMore(each, part));
      if (!around)
        return refuse(
          'The selected code is in no function.',
          'Select some statements inside a function.',
        );
      const whole = statements(tree, around);
      return whole.target ? { target: { ...whole.target, focus: range } } : whole;
    }
    case 'fix': {
      const around = definitionOr(tree, range, statements);
      const lines = around.target && text.slice(around.target.start, around.target.end).split('\n');
      const found = lines && lines.length > MENDED_LINES ? statements(tree, range) : around;
      return found.target ? { target: { ...found.target, focus: range } } : found;
    }
  }
}

function statements(tree: SyntaxTree, range: TextRange): TargetOutcome {
  const { start, end, container, statements: nodes } = tree.statementsAround(range);
  if (nodes.length === 0)
    return refuse('There is no code at this place.', 'Select the code that is meant.');
  const names = definedIn(tree, { start, end });
  return {
    target: {
      ...{ start, end, names, blank: false },
      container: { type: container.type, start: container.start },
    },
  };
}

/** The innermost definition around a range. */
function definitionOr(
  tree: SyntaxTree,
  range: TextRange,
  otherwise: (tree: SyntaxTree, range: TextRange) => TargetOutcome,
): TargetOutcome {
  const definition = definitionsAt(tree, range)[0];
  return definition ? statements(tree, definition) : otherwise(tree, range);
}

function nothingDefined(): TargetOutcome {
  return refuse(
    'There is no function, class or other definition at this place.',
    'Put the cursor on the one that is meant.',
  );
}

function withComments(tree: SyntaxTree, target: Target): Target {
  return { ...target, start: withCommentsAbove(tree, target.start) };
}

/** The latest answer for each tree: the kinds of edits that are offered at a place mostly have one target. */
const latest = new WeakMap<SyntaxTree, { readonly key: string; readonly names: string[] }>();

/** Names defined in a range by what is in no other definition there. */
export function definedIn(tree: SyntaxTree, range: TextRange): readonly string[] {
  const key = `${range.start} ${range.end}`;
  const known = latest.get(tree);
  if (known?.key === key) return known.names;
  const inside = tree
    .tags(range)
    .definitions.filter(({ start, end }) => range.start <= start && end <= range.end);
  const names = new Set<string>();
  let end = range.start;
  // In the order of the text, the longer of two that begin together first.
  for (const each of inside) {
    if (each.start < end) continue;
    names.add(each.name);
    end = each.end;
  }
  latest.set(tree, { key, names: [...names] });
  return [...names];
}

function holds(outer: TextRange, inner: TextRange): boolean {
  const larger = outer.end - outer.start > inner.end - inner.start;
  return larger && outer.start <= inner.start && inner.end <= outer.end;
}

function holdsMore(definition: Definition, part: TextRange): boolean {
  return holds(definition, part) && /function|method/.test(definition.kind);
}

function isBlankLine(text: string, offset: number): boolean {
  return text.slice(lineStartAt(text, offset), lineEndAt(text, offset)).trim() === '';
}

function blankLine(text: string, offset: number): Target {
  const start = lineStartAt(text, offset);
  const end = start + text.slice(start, lineEndAt(text, offset)).replace(/[\r\n]+$/, '').length;
  return { start, end, names: [], blank: true };
}

/** Without a tree: the selected lines, or those around the cursor up to the next blank ones. */
function linesAround(text: string, range: TextRange): TargetOutcome {
  const selected = text.slice(range.start, range.end).trim() !== '';
  if (!selected && isBlankLine(text, range.end)) return { target: blankLine(text, range.end) };
  let start = lineStartAt(text, range.start);
  let end = lineEndAt(text, selected ? Math.max(range.end - 1, range.start) : range.end);
  if (!selected) {
    while (start > 0 && !isBlankLine(text, start - 1)) start = lineStartAt(text, start - 1);
    while (end < text.length && !isBlankLine(text, end)) end = lineEndAt(text, end);
  }
  const code = text.slice(start, end);
  start += code.length - code.trimStart().length;
  return { target: { start, end: start + code.trim().length, names: [], blank: false } };
}
