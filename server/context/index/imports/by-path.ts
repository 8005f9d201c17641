import { firstOf, type Resolver } from './import-question.js';
import { folderOf, joined } from './source-tree.js';

/** C and C++: beside the file, then the nearest path with that end, as include folders are not known. */
export const include: Resolver = ({ from, specifier }, tree) => {
  const beside = joined(folderOf(from), specifier);
  if (tree.has(beside)) return beside;
  return tree.nearest(specifier.replace(/^(?:\.\.?\/)+/, ''), from);
};

/** Java: a type by its package and name; of a nested one or a static member the type around it. */
export const java: Resolver = ({ from, specifier, name }, tree) => {
  const parts = [...specifier.split('.'), ...(name === undefined ? [] : [name])];
  for (let length = parts.length; length > 0 && length > parts.length - 3; length--) {
    const found = tree.nearest(`${parts.slice(0, length).join('/')}.java`, from);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** C#: the file that has a type's name; namespaces say nothing about files. */
export const csharp: Resolver = ({ from, specifier, name }, tree) =>
  tree.nearest(`${name ?? specifier.slice(specifier.lastIndexOf('.') + 1)}.cs`, from);

/** Ruby: beside the file, then the nearest path with that end. */
export const ruby: Resolver = ({ from, specifier }, tree) => {
  const file = specifier.endsWith('.rb') ? specifier : `${specifier}.rb`;
  const beside = joined(folderOf(from), file);
  return tree.has(beside) ? beside : tree.nearest(file.replace(/^(?:\.\.?\/)+/, ''), from);
};

/** PHP: a path, or a class by its name, whose first namespaces may stand for any folder (PSR-4). */
export const php: Resolver = ({ from, specifier, name }, tree) => {
  if (specifier.endsWith('.php')) {
    const file = specifier.replace(/^\/+/, '');
    return firstOf(tree, [joined(folderOf(from), file)]) ?? tree.nearest(file, from);
  }
  const parts = [...specifier.split('\\'), ...(name === undefined ? [] : [name])].filter(Boolean);
  for (let first = 0; first < parts.length; first++) {
    const found = tree.nearest(`${parts.slice(first).join('/')}.php`, from);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** Shell: a path; what stands in front of it in a variable is not known. */
export const bash: Resolver = ({ from, specifier }, tree) => {
  const file = specifier.replace(/^(?:\$\{?\w+\}?|\$\([^)]*\))\//, '');
  return firstOf(tree, [joined(folderOf(from), file)]) ?? tree.nearest(file, from);
};
