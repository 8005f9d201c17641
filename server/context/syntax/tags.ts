import { captured, matchesIn } from './matches.js';
import type { Source } from './source.js';
import { contains, endOfTextBefore, rangeOf, type TextRange } from './text-range.js';

/** What is defined, as tags queries name it: `function`, `method`, `class`, `interface`, `type`, `constant`, … */
export interface Definition extends TextRange {
  readonly kind: string;
  readonly name: string;
  readonly nameRange: TextRange;
  /** From the definition's beginning to its body, without blanks at the end; all of it where it has no body. */
  readonly signature: TextRange;
  /** Names of the definitions around it, outermost first. */
  readonly containers: readonly string[];
}

/** A use of a name that a definition elsewhere may explain: `call`, `type`, `class`, … */
export interface Reference extends TextRange {
  readonly kind: string;
  readonly name: string;
}

export interface Tags {
  readonly definitions: readonly Definition[];
  readonly references: readonly Reference[];
}

/**
 * Definitions and references, in the order of the text; with a range, those that touch it. Definitions inside
 * functions count too; `containers` tells.
 */
export function tagsIn(source: Source, range?: TextRange): Tags {
  const definitions: Omit<Definition, 'containers'>[] = [];
  const references: Reference[] = [];
  const matches = matchesIn(source.grammar, 'tags', source.root, range);
  // In the order of the file's patterns, so that of two for one definition the earlier one has it.
  for (const match of matches.sort((a, b) => a.patternIndex - b.patternIndex)) {
    const name = captured(match, 'name');
    const what = match.captures.find(({ name: label }) => /^(definition|reference)\./.test(label));
    if (!name || !what) continue;
    const [role, kind = ''] = what.name.split('.');
    if (role === 'reference') {
      references.push({ ...rangeOf(name), kind, name: name.text });
      continue;
    }
    const body = captured(match, 'body');
    const head = body ? endOfTextBefore(source.text, body.startIndex) : what.node.endIndex;
    definitions.push({
      ...rangeOf(what.node),
      kind,
      name: name.text,
      nameRange: rangeOf(name),
      signature: { start: what.node.startIndex, end: Math.max(head, name.endIndex) },
    });
  }
  const names = new Set(definitions.map(({ nameRange }) => nameRange.start));
  return {
    definitions: withContainers(once(definitions)),
    // Some queries take every type's name for a reference, that of its definition too.
    references: references
      .filter(({ start }) => !names.has(start))
      .sort((a, b) => a.start - b.start),
  };
}

/** Queries may see one definition twice: the longer range has it, of equal ones the first. */
function once<T extends Omit<Definition, 'containers'>>(definitions: readonly T[]): T[] {
  const seen = new Map<number, T>();
  for (const each of definitions) {
    const known = seen.get(each.nameRange.start);
    if (!known || known.end - known.start < each.end - each.start)
      seen.set(each.nameRange.start, each);
  }
  return [...seen.values()].sort((a, b) => a.start - b.start || b.end - a.end);
}

function withContainers(definitions: readonly Omit<Definition, 'containers'>[]): Definition[] {
  const open: Omit<Definition, 'containers'>[] = [];
  return definitions.map((definition) => {
    for (let last = open.at(-1); last && !contains(last, definition); last = open.at(-1))
      open.pop();
    const containers = open.map(({ name }) => name);
    open.push(definition);
    return { ...definition, containers };
  });
}
