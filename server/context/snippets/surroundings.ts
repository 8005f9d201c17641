import type { Import } from '../syntax/imports.js';
import type { SyntaxTree } from '../syntax/syntax-tree.js';
import type { ContextPlace } from './context-source.js';

/** A name near the cursor that something elsewhere may explain. */
export interface NearName {
  readonly name: string;
  /** Whether it is named as a part of something: `size` in `list.size`. */
  readonly member: boolean;
}

/** What the document tells of a place, as plain data that outlives its tree. */
export interface Surroundings {
  /** URI of the document. */
  readonly uri: string;
  readonly text: string;
  readonly offset: number;
  /** Nearest first, each once, without those that the document itself binds nearby. */
  readonly names: readonly NearName[];
  /** Types in the signatures around the cursor, innermost signature first. */
  readonly types: readonly string[];
  readonly imports: readonly Import[];
}

/** UTF-16 units to either side of the cursor, and how many names of there. */
const RADIUS = 1200;
const MOST_NAMES = 32;
/** Most signatures that are looked at: the innermost function, what it is in, and the class. */
const SIGNATURES = 3;

/** By the tree where there is one; without it, the words around the cursor are all that is known. */
export function surroundingsOf({ uri, text, offset, tree }: ContextPlace): Surroundings {
  const place = { uri, text, offset };
  if (!tree) return { ...place, names: wordsNear(text, offset), types: [], imports: [] };
  const bound = new Set(
    tree
      .bindingsAt(offset)
      .flatMap(({ name, kind }) => (['parameter', 'variable'].includes(kind) ? [name] : [])),
  );
  const names = tree
    .identifiersNear(offset, { radius: RADIUS, limit: MOST_NAMES })
    .filter(({ name, kind }) => kind === 'property' || !bound.has(name))
    .map(({ name, kind }): NearName => ({ name, member: kind === 'property' }));
  return { ...place, names, types: typesAround(tree, offset), imports: tree.imports() };
}

function typesAround(tree: SyntaxTree, offset: number): string[] {
  const types = new Set<string>();
  for (const { signature } of tree.enclosing(offset).slice(0, SIGNATURES)) {
    const { start, end } = signature;
    const inside = tree
      .identifiersNear(start, { radius: end - start, limit: 100 })
      .filter((each) => each.start >= start && each.end <= end)
      .filter(({ name, kind }) => kind === 'type' || /^\p{Lu}/u.test(name));
    for (const { name } of inside) types.add(name);
  }
  return [...types];
}

/** Words of at least three letters, nearest first. */
function wordsNear(text: string, offset: number): NearName[] {
  const from = Math.max(0, offset - RADIUS);
  const near = text.slice(from, offset + RADIUS);
  const words = [...near.matchAll(/[\p{L}_$][\p{L}\p{N}_$]{2,}/gu)]
    .map(({ 0: name, index }) => ({ name, distance: Math.abs(from + index - offset) }))
    .sort((a, b) => a.distance - b.distance);
  const names = [...new Set(words.map(({ name }) => name))].slice(0, MOST_NAMES);
  return names.map((name) => ({ name, member: false }));
}
