import { pathToFileURL } from 'node:url';
import { fileOf } from '../../provenance/place.js';
import type { FileTags } from './file-tags.js';
import { resolveImport } from './imports/resolve-import.js';
import type { Manifest } from './imports/manifests.js';
import { slashed, SourceTree, unslashed } from './imports/source-tree.js';
import { MapCache } from './rank/map-cache.js';
import {
  FileTable,
  holdNames,
  releaseNames,
  type FileStamp,
  type IndexedFile,
} from './store/file-table.js';
import { NameTable } from './store/name-table.js';
import { PostingLists } from './store/posting-lists.js';
import {
  decodeDefinitions,
  decodeNames,
  encodeTags,
  type TagsRecord,
} from './store/tags-record.js';
import type {
  Definition,
  FileReferences,
  IndexedFileStamp,
  MapQuery,
  RankedDefinition,
  SymbolIndex,
} from './symbol-index.js';

/** Most definitions of one name that are answered. */
const MOST_DEFINITIONS = 64;

/**
 * The index in memory: it is told of files one by one, and forgets them one by one. A file is kept as its record; only
 * names, by number, are taken out of it.
 */
export class MemoryIndex implements SymbolIndex {
  private readonly names = new NameTable();
  private readonly table = new FileTable();
  private readonly definers = new PostingLists();
  private readonly users = new PostingLists();
  private readonly tree = new SourceTree();
  private readonly manifests = new Map<string, Manifest>();
  private readonly maps = new MapCache(this.table, this.names);
  private changes = 0;

  /** Files it knows. */
  get size(): number {
    return this.table.size;
  }

  /** Grows with every change. */
  get revision(): number {
    return this.changes;
  }

  /** What there is to know of a file from now on; `uri` is a `file:` URI. */
  set(uri: string, tags: FileTags): void {
    this.setRecord(pathOf(uri), { size: 0, mtimeMs: 0 }, encodeTags(tags));
  }

  delete(uri: string): void {
    this.deletePath(pathOf(uri));
  }

  /**
   * As `set`, of a path and with what it was made of.
   *
   * @throws DamagedError and changes nothing where the record cannot be read
   */
  setRecord(path: string, stamp: FileStamp, record: TagsRecord): void {
    const read = decodeNames(record);
    this.deletePath(path);
    const file = holdNames(path, stamp, record, read, this.names);
    const number = this.table.add(file);
    for (const name of file.defined) this.definers.add(name, number);
    for (const name of usedNames(file)) this.users.add(name, number);
    this.tree.add(slashed(path));
    this.changes++;
  }

  deletePath(path: string): void {
    const number = this.table.find(path);
    const file = number === undefined ? undefined : this.table.at(number);
    if (number === undefined || !file) return;
    for (const name of file.defined) this.definers.remove(name, number);
    for (const name of usedNames(file)) this.users.remove(name, number);
    this.table.remove(number);
    releaseNames(file, this.names);
    this.tree.delete(slashed(path));
    this.changes++;
  }

  /** A file or manifest, or all that are in a folder. */
  deleteUnder(path: string): void {
    if (this.table.find(path) !== undefined) {
      this.deletePath(path);
      return;
    }
    const inside = `${slashed(path)}/`;
    for (const manifest of this.manifests.keys())
      if (manifest === slashed(path) || manifest.startsWith(inside))
        this.manifests.delete(manifest);
    for (const file of this.table.all())
      if (slashed(file.path).startsWith(inside)) this.deletePath(file.path);
  }

  clear(): void {
    for (const { path } of this.table.all()) this.deletePath(path);
    this.manifests.clear();
  }

  setManifest(manifest: Manifest): void {
    this.manifests.set(manifest.path, manifest);
  }

  /** Everything it knows, for who writes it down. */
  files(): readonly IndexedFile[] {
    return this.table.all();
  }

  definitions(name: string): Definition[] {
    const all: Definition[] = [];
    for (const { path, record } of this.filesWith(this.definers, name)) {
      const uri = uriOf(path);
      for (const definition of decodeDefinitions(record))
        if (definition.name === name) all.push({ ...definition, uri });
      if (all.length >= MOST_DEFINITIONS) break;
    }
    return all.slice(0, MOST_DEFINITIONS);
  }

  definedNames(): Iterable<string> {
    const numbers = new Set(this.table.all().flatMap(({ defined }) => [...defined]));
    return [...numbers].map((number) => this.names.text(number));
  }

  indexedFiles(): IndexedFileStamp[] {
    return this.table
      .all()
      .sort((a, b) => (a.path < b.path ? -1 : 1))
      .map(({ path, size, mtimeMs }) => ({ uri: uriOf(path), size, mtimeMs }));
  }

  definitionsIn(uri: string): Definition[] {
    const path = pathOf(uri);
    const number = this.table.find(path);
    const file = number === undefined ? undefined : this.table.at(number);
    const own = uriOf(path);
    return file ? decodeDefinitions(file.record).map((each) => ({ ...each, uri: own })) : [];
  }

  references(name: string): FileReferences[] {
    const number = this.names.find(name);
    return this.filesWith(this.users, name).map(({ path, used }) => {
      const at = used.findIndex((each, index) => index % 2 === 0 && each === number);
      return { uri: uriOf(path), count: used[at + 1] ?? 0 };
    });
  }

  resolveImport(fromUri: string, specifier: string, name?: string): string | undefined {
    const from = slashed(pathOf(fromUri));
    const found = resolveImport({ from, specifier, name }, this.tree, [...this.manifests.values()]);
    return found === undefined ? undefined : uriOf(unslashed(found));
  }

  map({ open, mentioned, without = [], limit }: MapQuery): readonly RankedDefinition[] {
    const query = { open: open.map(pathOf), mentioned, without: without.map(pathOf), limit };
    return this.maps.ranked(query, this.changes);
  }

  /** By path. */
  private filesWith(lists: PostingLists, name: string): IndexedFile[] {
    const number = this.names.find(name);
    if (number === undefined) return [];
    return lists
      .filesOf(number)
      .flatMap((file) => this.table.at(file) ?? [])
      .sort((a, b) => (a.path < b.path ? -1 : 1));
  }
}

function usedNames({ used }: IndexedFile): Int32Array {
  return used.filter((_, index) => index % 2 === 0);
}

/** Editors write the same file in several ways: `file:///c%3A/x`, `file:///C:/x`. */
function pathOf(uri: string): string {
  return fileOf(uri) ?? uri;
}

function uriOf(path: string): string {
  return pathToFileURL(path).href;
}
