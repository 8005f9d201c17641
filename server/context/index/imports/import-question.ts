import type { Manifest } from './manifests.js';
import type { SourceTree } from './source-tree.js';

/** What an import says, and where it stands. */
export interface ImportQuestion {
  /** Absolute path with `/` between its parts. */
  readonly from: string;
  readonly specifier: string;
  /** What is imported from there, where that may be a file of its own. */
  readonly name?: string | undefined;
}

/** A language's rules: the path an import means, of those that the tree has. */
export type Resolver = (
  question: ImportQuestion,
  tree: SourceTree,
  manifests: readonly Manifest[],
) => string | undefined;

/** The first of the paths that the tree has. */
export function firstOf(tree: SourceTree, paths: Iterable<string>): string | undefined {
  for (const path of paths) if (tree.has(path)) return path;
  return undefined;
}
