import type { Resolver } from './import-question.js';
import { folderOf, joined } from './source-tree.js';

/** Go: a package of a module of the workspace; of its files the first that is no test. */
export const go: Resolver = ({ specifier }, tree, manifests) => {
  const modules = manifests
    .flatMap((each) => (each.kind === 'go' ? [each] : []))
    .sort((a, b) => b.module.length - a.module.length);
  for (const { module, path } of modules) {
    if (specifier !== module && !specifier.startsWith(`${module}/`)) continue;
    const folder = joined(folderOf(path), specifier.slice(module.length + 1));
    return tree.filesIn(folder).find((file) => file.endsWith('.go') && !file.endsWith('_test.go'));
  }
  return undefined;
};
