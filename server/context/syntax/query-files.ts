import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { QueryKind } from './grammar.js';

const inheritance = /^; inherits: ([a-z, ]+)$/m;

/**
 * The text of `FOLDER/NAME/KIND.scm`. A line `; inherits: OTHER, …` puts the same file of other grammars in front,
 * and theirs in front of that.
 *
 * @throws where a file cannot be read (rejects), or a grammar inherits itself
 */
export async function readQuery(
  folder: string,
  name: string,
  kind: QueryKind,
  heirs: readonly string[] = [],
): Promise<string> {
  if (heirs.includes(name))
    throw new Error(`${kind}.scm inherits itself: ${[...heirs, name].join(' → ')}`);
  const own = await readFile(path.join(folder, name, `${kind}.scm`), 'utf8');
  const parents = inheritance.exec(own)?.[1]?.split(',') ?? [];
  const inherited = await Promise.all(
    parents.map((parent) => readQuery(folder, parent.trim(), kind, [...heirs, name])),
  );
  return [...inherited, own].join('\n');
}
