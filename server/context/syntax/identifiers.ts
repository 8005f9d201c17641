import { capturesIn } from './matches.js';
import type { Source } from './source.js';
import { rangeOf, type TextRange } from './text-range.js';

export interface NearIdentifier extends TextRange {
  readonly name: string;
  /** What the grammar tells: a `type`, a `property` of something, or any other name. */
  readonly kind: 'type' | 'property' | 'name';
  /** UTF-16 units between it and the position; 0 where they touch. */
  readonly distance: number;
}

export interface NearOptions {
  /** UTF-16 units to either side. */
  readonly radius?: number;
  /** Most names. */
  readonly limit?: number;
}

/** Names used near a position, nearest first, each once, where it stands nearest. */
export function identifiersNear(
  source: Source,
  offset: number,
  { radius = 2000, limit = 50 }: NearOptions = {},
): NearIdentifier[] {
  const range = { start: Math.max(offset - radius, 0), end: offset + radius };
  const near = capturesIn(source.grammar, 'locals', source.root, range)
    .filter(({ name }) => name !== 'local.scope')
    .map(({ name: label, node }): NearIdentifier => {
      const place = rangeOf(node);
      return { ...place, name: node.text, kind: kindOf(label), distance: distance(place, offset) };
    })
    .filter((identifier) => identifier.distance <= radius)
    .sort((a, b) => a.distance - b.distance || a.start - b.start || rank(a) - rank(b));
  const byName = new Map<string, NearIdentifier>();
  for (const identifier of near)
    if (!byName.has(identifier.name)) byName.set(identifier.name, identifier);
  return [...byName.values()].slice(0, limit);
}

function kindOf(label: string): NearIdentifier['kind'] {
  if (label.endsWith('.type') || label.endsWith('.class')) return 'type';
  return label.endsWith('.property') ? 'property' : 'name';
}

/** One node may match a special pattern and a general one: the special one says more. */
function rank({ kind }: NearIdentifier): number {
  return kind === 'name' ? 1 : 0;
}

function distance({ start, end }: TextRange, offset: number): number {
  if (offset < start) return start - offset;
  return offset > end ? offset - end : 0;
}
