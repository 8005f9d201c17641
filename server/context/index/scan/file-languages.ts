import type { GrammarName } from '../../syntax/languages.js';

/** Endings of files by the grammar that reads them. */
const endings: Readonly<Record<GrammarName, readonly string[]>> = {
  typescript: ['ts', 'mts', 'cts'],
  tsx: ['tsx'],
  javascript: ['js', 'mjs', 'cjs', 'jsx'],
  python: ['py', 'pyi'],
  go: ['go'],
  rust: ['rs'],
  java: ['java'],
  c: ['c'],
  // A header may be either; C++ reads nearly all of C.
  cpp: ['h', 'cc', 'cpp', 'cxx', 'hh', 'hpp', 'hxx', 'cu', 'cuh'],
  csharp: ['cs'],
  ruby: ['rb'],
  php: ['php'],
  bash: ['sh', 'bash'],
};

const byEnding: ReadonlyMap<string, GrammarName> = new Map(
  (Object.entries(endings) as [GrammarName, readonly string[]][]).flatMap(([name, list]) =>
    list.map((ending): [string, GrammarName] => [ending, name]),
  ),
);

/** The grammar that reads a file, by its name alone. */
export function grammarNameOfFile(path: string): GrammarName | undefined {
  const ending = /\.([A-Za-z]+)$/.exec(path)?.[1];
  return ending === undefined ? undefined : byEnding.get(ending.toLowerCase());
}
