import { redactText } from '../../provenance/redact.js';
import type { SyntaxTree } from '../syntax/syntax-tree.js';
import type { Definition as TreeDefinition } from '../syntax/tags.js';
import type { Definition } from './symbol-index.js';

/** What the index knows of one file. */
export interface FileTags {
  /** In the order of the text. */
  readonly definitions: readonly FileDefinition[];
  /** Names that the file uses and how often, in the order of their first use. */
  readonly references: readonly NameCount[];
}

export type FileDefinition = Omit<Definition, 'uri'>;

export interface NameCount {
  readonly name: string;
  readonly count: number;
}

/** Longest signature, UTF-16 units. */
export const LONGEST_SIGNATURE = 400;
/** A longer name is no name that somebody wrote. */
const LONGEST_NAME = 200;

/** Of what is defined inside a function nobody outside of it can speak. */
const hiding: ReadonlySet<string> = new Set(['function', 'method']);

/** Definitions that other files can see, and references, of a parsed text. */
export function fileTags(tree: SyntaxTree): FileTags {
  const { definitions, references } = tree.tags();
  const lineOf = lineCounter(tree.text);
  const counts = new Map<string, number>();
  const shown = visible(definitions);
  const signatures = withoutSecrets(
    // Twice what is kept, so that no secret is torn before it is searched for.
    shown.map(({ signature: { start, end } }) =>
      tree.text.slice(start, Math.min(end, start + 2 * LONGEST_SIGNATURE)),
    ),
  ).map(shortened);
  for (const { name } of references)
    if (name.length <= LONGEST_NAME) counts.set(name, (counts.get(name) ?? 0) + 1);
  return {
    definitions: shown.map(({ name, kind, start, end, containers }, index): FileDefinition => ({
      ...{ name, kind, start, end },
      line: lineOf(start),
      signature: signatures[index] ?? '',
      ...(containers.length > 0 && { container: containers.join('.') }),
    })),
    references: [...counts].map(([name, count]) => ({ name, count })),
  };
}

function visible(definitions: readonly TreeDefinition[]): TreeDefinition[] {
  let hiddenUntil = 0;
  return definitions.filter(({ name, kind, start, end }) => {
    if (start < hiddenUntil || name === '' || name.length > LONGEST_NAME) return false;
    if (hiding.has(kind)) hiddenUntil = end;
    return true;
  });
}

/**
 * The index is kept on disk, where no secret of the workspace shall get another copy. Few files have any, so all of them
 * are searched at once first.
 */
function withoutSecrets(signatures: readonly string[]): readonly string[] {
  if (redactText(signatures.join('\n')).redactions === 0) return signatures;
  return signatures.map((signature) => redactText(signature).text);
}

/** Cut without tearing a surrogate pair. */
function shortened(signature: string): string {
  if (signature.length <= LONGEST_SIGNATURE) return signature;
  const last = signature.charCodeAt(LONGEST_SIGNATURE - 1);
  const torn = last >= 0xd800 && last < 0xdc00;
  return signature.slice(0, torn ? LONGEST_SIGNATURE - 1 : LONGEST_SIGNATURE);
}

/** The line of an offset; offsets must not fall. */
function lineCounter(text: string): (offset: number) => number {
  let line = 0;
  let from = 0;
  return (offset) => {
    for (let at = text.indexOf('\n', from); at >= 0 && at < offset; at = text.indexOf('\n', from)) {
      line++;
      from = at + 1;
    }
    return line;
  };
}
