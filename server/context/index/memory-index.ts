import { pathToFileURL } from 'node:url';
import { fileOf } from '../../provenance/place.js';
import type { FileTags } from './file-tags.js';
import { resolveImport } from './imports/resolve-import.js';
import { fileGraph, nameWeight, type NamedGraph } from './rank/file-graph.js';
import { rankNames } from './rank/repository-map.js';
import type {
  Definition,
  FileReferences,
  MapQuery,
  RankedDefinition,
  SymbolIndex,
} from './symbol-index.js';

/** Most definitions of one name that are answered. */
const MOST_DEFINITIONS = 64;

/** The index in memory: it is told of files one by one, and forgets them one by one. */
export class MemoryIndex implements SymbolIndex {
  private readonly files = new Map<string, FileTags>();
  private readonly definers = new Map<string, Set<string>>();
  private readonly users = new Map<string, Set<string>>();

  /** What there is to know of a file from now on; `uri` is a `file:` URI. */
  set(uri: string, tags: FileTags): void {
    this.delete(uri);
    const key = canonical(uri);
    this.files.set(key, tags);
    for (const { name } of tags.definitions) add(this.definers, name, key);
    for (const { name } of tags.references) add(this.users, name, key);
  }

  delete(uri: string): void {
    const key = canonical(uri);
    const tags = this.files.get(key);
    this.files.delete(key);
    for (const { name } of tags?.definitions ?? []) remove(this.definers, name, key);
    for (const { name } of tags?.references ?? []) remove(this.users, name, key);
  }

  definitions(name: string): Definition[] {
    const files = [...(this.definers.get(name) ?? [])].sort();
    const all: Definition[] = [];
    for (const uri of files) {
      if (all.length >= MOST_DEFINITIONS) break;
      all.push(...this.definitionsIn(uri).filter((definition) => definition.name === name));
    }
    return all.slice(0, MOST_DEFINITIONS);
  }

  definitionsIn(uri: string): Definition[] {
    const key = canonical(uri);
    return (this.files.get(key)?.definitions ?? []).map((each) => ({ ...each, uri: key }));
  }

  references(name: string): FileReferences[] {
    return [...(this.users.get(name) ?? [])].sort().map((uri) => ({
      uri,
      count: this.files.get(uri)?.references.find((each) => each.name === name)?.count ?? 0,
    }));
  }

  resolveImport(fromUri: string, specifier: string): string | undefined {
    return resolveImport(canonical(fromUri), specifier, (uri) => this.files.has(uri));
  }

  map({ open, mentioned, without = [], limit }: MapQuery): RankedDefinition[] {
    const uris = [...this.files.keys()].sort();
    const names = new Map<string, number>();
    const graph = this.graph(uris, names);
    const numberOf = new Map(uris.map((uri, file) => [uri, file]));
    const filesOf = (list: readonly string[]): Set<number> =>
      new Set(list.flatMap((uri) => numberOf.get(canonical(uri)) ?? []));
    const ranked = rankNames(graph, {
      open: filesOf(open),
      mentioned: new Set(mentioned.flatMap((name) => names.get(name) ?? [])),
      without: filesOf(without),
    });
    const text = [...names.keys()];
    const all: RankedDefinition[] = [];
    for (const { file, name, rank } of ranked) {
      if (all.length >= limit) break;
      for (const definition of this.definitionsIn(uris[file] ?? ''))
        if (definition.name === text[name]) all.push({ ...definition, rank });
    }
    return all.slice(0, limit);
  }

  /** Gives each name its number, in the order of the files. */
  private graph(uris: readonly string[], names: Map<string, number>): NamedGraph {
    const number = (name: string): number => {
      const known = names.get(name);
      if (known === undefined) names.set(name, names.size);
      return known ?? names.size - 1;
    };
    const files = uris.map((uri) => {
      const { definitions = [], references = [] } = this.files.get(uri) ?? {};
      return {
        defined: new Set(definitions.map(({ name }) => number(name))),
        used: references.flatMap(({ name, count }) => [number(name), count]),
      };
    });
    const text = [...names.keys()];
    return fileGraph(files, names.size, (name) => nameWeight(text[name] ?? ''));
  }
}

/** Editors write the same file in several ways: `file:///c%3A/x`, `file:///C:/x`. */
function canonical(uri: string): string {
  const file = fileOf(uri);
  return file === undefined ? uri : pathToFileURL(file).href;
}

function add(map: Map<string, Set<string>>, name: string, file: string): void {
  const files = map.get(name);
  if (files) files.add(file);
  else map.set(name, new Set([file]));
}

function remove(map: Map<string, Set<string>>, name: string, file: string): void {
  const files = map.get(name);
  files?.delete(file);
  if (files?.size === 0) map.delete(name);
}
