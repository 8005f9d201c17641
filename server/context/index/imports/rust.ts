import { firstOf, type Resolver } from './import-question.js';
import { folderOf, nameOf, type SourceTree } from './source-tree.js';

const ROOTS = ['lib.rs', 'main.rs'];

/** Rust: paths from `crate`, `self`, `super`, a module beside the file, or a crate of the workspace. */
export const rust: Resolver = ({ from, specifier, name }, tree, manifests) => {
  const parts = [...specifier.split('::'), ...(name === undefined ? [] : [name])].filter(Boolean);
  const [first = '', ...rest] = parts;
  if (first === 'crate') {
    const root = crateRoot(folderOf(from), tree);
    return root === undefined ? undefined : (within(root, rest, tree) ?? rootFile(root, tree));
  }
  if (first === 'self') return within(moduleFolder(from), rest, tree);
  if (first === 'super') {
    let folder = folderOf(moduleFolder(from));
    while (rest[0] === 'super') {
      rest.shift();
      folder = folderOf(folder);
    }
    return within(folder, rest, tree) ?? firstOf(tree, [`${folder}.rs`, `${folder}/mod.rs`]);
  }
  const own = within(moduleFolder(from), parts, tree);
  if (own !== undefined) return own;
  for (const manifest of manifests)
    if (manifest.kind === 'rust' && manifest.name.replaceAll('-', '_') === first) {
      const root = `${folderOf(manifest.path)}/src`;
      return within(root, rest, tree) ?? rootFile(root, tree);
    }
  return undefined;
};

/** Where a file's own modules are: `a/b.rs` has them in `a/b`. */
function moduleFolder(file: string): string {
  const name = nameOf(file);
  const owns = name === 'mod.rs' || ROOTS.includes(name);
  return owns ? folderOf(file) : file.replace(/\.rs$/, '');
}

/** The longest beginning of the path that is a module; what is behind it is defined in there. */
function within(folder: string, parts: readonly string[], tree: SourceTree): string | undefined {
  for (let length = parts.length; length > 0; length--) {
    const path = `${folder}/${parts.slice(0, length).join('/')}`;
    const found = firstOf(tree, [`${path}.rs`, `${path}/mod.rs`]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function crateRoot(folder: string, tree: SourceTree): string | undefined {
  if (folder === '') return undefined;
  return rootFile(folder, tree) === undefined ? crateRoot(folderOf(folder), tree) : folder;
}

function rootFile(folder: string, tree: SourceTree): string | undefined {
  return firstOf(
    tree,
    ROOTS.map((name) => `${folder}/${name}`),
  );
}
