import type { Definition, SymbolIndex } from '../index/symbol-index.js';
import type { SnippetOrigin } from '../../prompt/snippet.js';
import type { Finding } from './finding.js';

/** Longest text of one definition with its members, UTF-16 units. */
const LONGEST = 400;

/** A definition as a finding. */
export function findingOf(
  definition: Definition,
  index: SymbolIndex,
  origin: SnippetOrigin,
): Finding {
  const text = describe(definition, index);
  const { uri, name } = definition;
  const isTrue = () =>
    index.definitionsIn(uri).some((each) => each.name === name && describe(each, index) === text);
  return { uri, text, origin, isTrue };
}

/** Its head; of a class what it has as well, line by line, as far as that is short. */
function describe(definition: Definition, index: SymbolIndex): string {
  const { uri, name, kind, container, signature } = definition;
  if (container !== undefined && kind !== 'class') return `${container}: ${signature}`;
  if (kind !== 'class') return signature;
  const path = container === undefined ? name : `${container}.${name}`;
  const members = index
    .definitionsIn(uri)
    .filter((each) => each.container === path)
    .map((each) => `  ${each.signature.replace(/\s*\n\s*/g, ' ')}`);
  let length = signature.length;
  return [signature, ...members.filter((line) => (length += line.length + 1) <= LONGEST)].join(
    '\n',
  );
}
