import type { Node } from 'web-tree-sitter';
import { capturesIn } from './matches.js';
import type { Source } from './source.js';
import type { TextRange } from './text-range.js';

/** Nodes that do nothing but hold the statements of a block, in grammars that have them. */
const lists: ReadonlySet<string> = new Set(['statement_list', 'body_statement']);

/**
 * Where statements end within a range, in rising order: whatever stands in a block or at the top of a file by itself,
 * members of a class among it. What does not parse ends nowhere.
 */
export function statementEndsIn(source: Source, range: TextRange): number[] {
  const blocks = capturesIn(source.grammar, 'blocks', source.root, range)
    .filter(({ name }) => name === 'block')
    .map(({ node }) => node);
  const ends = [source.root, ...blocks]
    .flatMap(statementsOf)
    .filter(({ endIndex: end }) => end > range.start && end <= range.end)
    .filter(({ hasError }) => !hasError)
    .map(({ endIndex }) => endIndex);
  return [...new Set(ends)].sort((a, b) => a - b);
}

/** What stands in a block or at the top of a file by itself. */
export function statementsOf(block: Node): Node[] {
  return block.namedChildren.flatMap((node) => (lists.has(node.type) ? node.namedChildren : node));
}
