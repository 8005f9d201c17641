import { grammarNameOfFile } from '../scan/file-languages.js';
import type { GrammarName } from '../../syntax/languages.js';
import { bash, csharp, include, java, php, ruby } from './by-path.js';
import { ecmascript } from './ecmascript.js';
import { go } from './go.js';
import type { ImportQuestion, Resolver } from './import-question.js';
import type { Manifest } from './manifests.js';
import { python } from './python.js';
import { rust } from './rust.js';
import type { SourceTree } from './source-tree.js';

const resolvers: Readonly<Record<GrammarName, Resolver>> = {
  ...{ typescript: ecmascript, tsx: ecmascript, javascript: ecmascript },
  ...{ python, go, rust, java, c: include, cpp: include, csharp, ruby, php, bash },
};

/** The path that an import means by the rules of its file's language, as far as the tree of files tells. */
export function resolveImport(
  question: ImportQuestion,
  tree: SourceTree,
  manifests: readonly Manifest[],
): string | undefined {
  const grammar = grammarNameOfFile(question.from);
  if (grammar === undefined || question.specifier === '') return undefined;
  return resolvers[grammar](question, tree, manifests);
}
