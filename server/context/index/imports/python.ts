import { firstOf, type Resolver } from './import-question.js';
import { folderOf, joined, type SourceTree } from './source-tree.js';

/**
 * Python: relative by dots; absolute from any folder above the file, `src` beside it, or where the tree has a path with
 * that end. A name may be a module of the package that it is imported from.
 */
export const python: Resolver = ({ from, specifier, name }, tree) => {
  const dots = /^\.*/.exec(specifier)?.[0].length ?? 0;
  const parts = specifier.slice(dots).split('.').filter(Boolean);
  const tails = [...(name === undefined || name === '*' ? [] : [[...parts, name]]), parts];
  for (const tail of tails) {
    const path = tail.join('/');
    const found =
      dots > 0
        ? moduleAt(joined(folderOf(from), `${'../'.repeat(dots - 1)}./${path}`), tree)
        : absolute(path, from, tree);
    if (found !== undefined && found !== from) return found;
  }
  return undefined;
};

function absolute(path: string, from: string, tree: SourceTree): string | undefined {
  if (path === '') return undefined;
  for (let folder = folderOf(from); folder !== ''; folder = folderOf(folder)) {
    const found = moduleAt(`${folder}/${path}`, tree) ?? moduleAt(`${folder}/src/${path}`, tree);
    if (found !== undefined) return found;
  }
  // One word alone is more likely a library's.
  if (!path.includes('/')) return undefined;
  return tree.nearest(`${path}.py`, from) ?? tree.nearest(`${path}/__init__.py`, from);
}

function moduleAt(path: string, tree: SourceTree): string | undefined {
  return firstOf(tree, [
    ...[`${path}.py`, `${path}/__init__.py`],
    ...[`${path}.pyi`, `${path}/__init__.pyi`],
  ]);
}
