import { firstOf, type Resolver } from './import-question.js';
import type { Manifest } from './manifests.js';
import { folderOf, joined, type SourceTree } from './source-tree.js';

/** What a specifier may leave out, in the order in which it is looked for. */
const ENDINGS = ['.ts', '.tsx', '.d.ts', '.js', '.jsx', '.mjs', '.cjs', '.mts', '.cts'];
/** What a specifier says where the source has another ending. */
const SOURCES: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx', '.d.ts'],
  '.jsx': ['.tsx'],
  '.mjs': ['.mts', '.d.mts'],
  '.cjs': ['.cts', '.d.cts'],
};

/** TypeScript and JavaScript: relative, by `paths` and `baseUrl` of the nearest tsconfig, by a package of the workspace. */
export const ecmascript: Resolver = ({ from, specifier }, tree, manifests) => {
  if (/^\.\.?(?:\/|$)/.test(specifier)) return moduleAt(joined(folderOf(from), specifier), tree);
  if (specifier.includes(':') || specifier.startsWith('/')) return undefined;
  return byConfiguration(from, specifier, tree, manifests) ?? byPackage(specifier, tree, manifests);
};

function moduleAt(path: string, tree: SourceTree): string | undefined {
  const ending = /\.[cm]?jsx?$/.exec(path)?.[0] ?? '';
  const stem = path.slice(0, path.length - ending.length);
  return firstOf(tree, [
    path,
    ...(SOURCES[ending] ?? []).map((each) => stem + each),
    ...ENDINGS.map((each) => path + each),
    ...ENDINGS.map((each) => `${path}/index${each}`),
  ]);
}

function byConfiguration(
  from: string,
  specifier: string,
  tree: SourceTree,
  manifests: readonly Manifest[],
): string | undefined {
  const around = manifests
    .flatMap((each) => (each.kind === 'typescript' ? [each] : []))
    .filter(({ path }) => from.startsWith(`${folderOf(path)}/`))
    .sort((a, b) => b.path.length - a.path.length);
  for (const { base, bare, paths } of around) {
    for (const [pattern, targets] of Object.entries(paths)) {
      const star = matchStar(pattern, specifier);
      if (star === undefined) continue;
      for (const target of targets) {
        const found = moduleAt(
          joined(
            base,
            target.replace('*', () => star),
          ),
          tree,
        );
        if (found !== undefined) return found;
      }
    }
    const found = bare ? moduleAt(joined(base, specifier), tree) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What the pattern's `*` stands for; empty where it has none. */
function matchStar(pattern: string, specifier: string): string | undefined {
  const [head = '', tail] = pattern.split('*');
  if (tail === undefined) return pattern === specifier ? '' : undefined;
  const fits =
    specifier.length >= head.length + tail.length &&
    specifier.startsWith(head) &&
    specifier.endsWith(tail);
  return fits ? specifier.slice(head.length, specifier.length - tail.length) : undefined;
}

function byPackage(
  specifier: string,
  tree: SourceTree,
  manifests: readonly Manifest[],
): string | undefined {
  for (const manifest of manifests) {
    if (manifest.kind !== 'node') continue;
    const { name, path } = manifest;
    if (specifier !== name && !specifier.startsWith(`${name}/`)) continue;
    const inside = specifier.slice(name.length + 1);
    const folder = folderOf(path);
    // Sources stand beside the manifest or under src; what is built from them is not indexed.
    for (const place of [folder, `${folder}/src`]) {
      const found = moduleAt(joined(place, inside), tree);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
