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

/** Languages that use each other's names; each other one is a family of its own. */
const families: Readonly<Partial<Record<GrammarName, string>>> = {
  ...{ typescript: 'ecmascript', tsx: 'ecmascript', javascript: 'ecmascript' },
  ...{ c: 'c', cpp: 'c' },
};

/** The family of a file's language, by its name alone: names of one family mean nothing in another. */
export function languageFamilyOfFile(path: string): string {
  const name = grammarNameOfFile(path);
  return name === undefined ? '' : (families[name] ?? name);
}
