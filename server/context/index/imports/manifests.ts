import { folderOf, joined, nameOf } from './source-tree.js';

/** What a project's own file says about where its imports lead. Paths are absolute, with `/` between their parts. */
export type Manifest =
  | { readonly kind: 'node'; readonly path: string; readonly name: string }
  | {
      readonly kind: 'typescript';
      readonly path: string;
      /** Folder that `paths` and bare specifiers are relative to. */
      readonly base: string;
      /** Whether bare specifiers are looked for there. */
      readonly bare: boolean;
      readonly paths: Readonly<Record<string, readonly string[]>>;
    }
  | { readonly kind: 'go'; readonly path: string; readonly module: string }
  | { readonly kind: 'rust'; readonly path: string; readonly name: string };

const parsers: Readonly<Record<string, (path: string, text: string) => Manifest | undefined>> = {
  'package.json': node,
  'tsconfig.json': typescript,
  'jsconfig.json': typescript,
  'go.mod': go,
  'Cargo.toml': rust,
};

export function isManifest(path: string): boolean {
  return Object.hasOwn(parsers, nameOf(path));
}

/** Undefined where the file says nothing that helps, or cannot be read. */
export function parseManifest(path: string, text: string): Manifest | undefined {
  try {
    return parsers[nameOf(path)]?.(path, text);
  } catch {
    // Somebody is in the middle of writing it.
    return undefined;
  }
}

function node(path: string, text: string): Manifest | undefined {
  const { name } = JSON.parse(text) as { name?: unknown };
  return typeof name === 'string' && name !== '' ? { kind: 'node', path, name } : undefined;
}

function typescript(path: string, text: string): Manifest | undefined {
  const { compilerOptions } = JSON.parse(withoutComments(text)) as {
    compilerOptions?: { baseUrl?: unknown; paths?: unknown };
  };
  const bare = typeof compilerOptions?.baseUrl === 'string';
  const base = bare ? joined(folderOf(path), String(compilerOptions.baseUrl)) : folderOf(path);
  const paths: Record<string, string[]> = {};
  for (const [pattern, targets] of Object.entries(compilerOptions?.paths ?? {}))
    if (Array.isArray(targets))
      paths[pattern] = targets.filter((target): target is string => typeof target === 'string');
  if (!bare && Object.keys(paths).length === 0) return undefined;
  return { kind: 'typescript', path, base, bare, paths };
}

/** JSON as tsconfig files have it: comments, and commas behind the last entry. Strings stay as they are. */
function withoutComments(text: string): string {
  const kept = (_: string, string: string | undefined): string => string ?? '';
  return text
    .replace(/("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, kept)
    .replace(/("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g, kept);
}

function go(path: string, text: string): Manifest | undefined {
  const module = /^module\s+"?([^\s"]+)/m.exec(text)?.[1];
  return module === undefined ? undefined : { kind: 'go', path, module };
}

function rust(path: string, text: string): Manifest | undefined {
  const section = /^\[package\]$([\s\S]*?)(?=^\[|(?![\s\S]))/m.exec(text)?.[1] ?? '';
  const name = /^\s*name\s*=\s*"([^"]+)"/m.exec(section)?.[1];
  return name === undefined ? undefined : { kind: 'rust', path, name };
}
