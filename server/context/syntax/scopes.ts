import type { QueryCapture } from 'web-tree-sitter';
import { captures } from './matches.js';
import type { Source } from './source.js';
import { contains, rangeOf, type TextRange } from './text-range.js';

/** A name that is bound somewhere: `parameter`, `variable`, `function`, `type`, … */
export interface Binding extends TextRange {
  readonly name: string;
  readonly kind: string;
}

/** A stretch of text with names of its own. */
export interface Scope extends TextRange {
  readonly bindings: readonly Binding[];
}

interface OpenScope extends Scope {
  readonly bindings: Binding[];
  readonly parent: OpenScope | undefined;
}

/** What stands beside its scope, not in it: a function's name belongs to where the function does. */
const outward: ReadonlySet<string> = new Set(['function', 'class', 'type', 'module']);

/** Deep enough for what a file defines at its top, through an export, a namespace or a try, and no function bodies. */
const topDepth = 5;

/**
 * The scopes around an offset, innermost first; the last is the whole text. Only these are looked into, and of the
 * whole text only what stands at its top: the rest of a long file costs next to nothing.
 */
export function scopesAround(source: Source, offset: number): Scope[] {
  const { grammar, root, text } = source;
  const query = grammar.bindings;
  const [top] = scopesOf(text, query.captures(root, { maxStartDepth: topDepth }));
  const outermost = captures(query, root, { start: offset, end: offset })
    .filter(({ name, node }) => name === 'local.scope' && holdsOffset(rangeOf(node), offset))
    .map(({ node }) => rangeOf(node))
    .sort((one, other) => other.end - other.start - (one.end - one.start))[0];
  const inner = outermost
    ? scopesOf(text, captures(query, root, outermost))
        .slice(1)
        .filter((scope) => holdsOffset(scope, offset))
        .sort((one, other) => other.start - one.start || one.end - other.end)
    : [];
  return [...inner, ...(top ? [top] : [])];
}

function holdsOffset({ start, end }: TextRange, offset: number): boolean {
  return start <= offset && offset <= end;
}

/** Every scope that captures of `locals` make, outer before inner; the first is the whole text. */
function scopesOf(text: string, captured: readonly QueryCapture[]): Scope[] {
  const whole: OpenScope = { start: 0, end: text.length, bindings: [], parent: undefined };
  const scopes: OpenScope[] = [whole];
  const seen = new Set<number>();
  let innermost = whole;
  for (const { name: label, node } of captured) {
    const range = rangeOf(node);
    while (innermost.parent && !contains(innermost, range)) innermost = innermost.parent;
    if (label === 'local.scope') {
      if (innermost.start === range.start && innermost.end === range.end) continue;
      innermost = { ...range, bindings: [], parent: innermost };
      scopes.push(innermost);
    } else if (!seen.has(range.start)) {
      seen.add(range.start);
      const kind = label.split('.')[2] ?? 'variable';
      const owner = outward.has(kind) ? (scopeNamed(innermost, range) ?? innermost) : innermost;
      owner.bindings.push({ ...range, name: node.text, kind });
    }
  }
  return scopes;
}

/** The scope around the one that a function's or a class's name begins. */
function scopeNamed(scope: OpenScope, name: TextRange): OpenScope | undefined {
  return scope.bindings.every((binding) => binding.start > name.start) ? scope.parent : undefined;
}

/** Names that can be used at an offset, nearest scope first; an inner one hides an outer one of the same name. */
export function bindingsAt(source: Source, offset: number): Binding[] {
  const byName = new Map<string, Binding>();
  for (const scope of scopesAround(source, offset))
    for (const binding of scope.bindings)
      if (!byName.has(binding.name)) byName.set(binding.name, binding);
  return [...byName.values()];
}
