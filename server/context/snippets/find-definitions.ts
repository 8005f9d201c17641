import type { Definition, SymbolIndex } from '../index/symbol-index.js';
import type { Import } from '../syntax/imports.js';
import { findingOf } from './describe-definition.js';
import { pathOf } from '../../provenance/place.js';
import type { Finding } from './finding.js';
import { sameFamily, sameFile } from './language-family.js';
import type { NearName, Surroundings } from './surroundings.js';

/** A name that more files define says nothing about which is meant. */
const AMBIGUOUS = 3;
/** Most definitions of one import that brings in all of a file. */
const MOST_OF_FILE = 4;

/** What an index tells of a place: rankings, each best first. */
export function findDefinitions(around: Surroundings, index: SymbolIndex): Finding[][] {
  const imported = around.imports.flatMap((each) => importedBy(each, around, index));
  const files = new Set(imported.map(({ definition }) => definition.uri));
  const definitionsOf = (near: NearName): Definition[] => {
    const named = imported.filter(({ name }) => name === near.name);
    if (named.length > 0) return named.map(({ definition }) => definition);
    const all = elsewhere(near, around.uri, index);
    // Everything has a `size`: only what the document uses tells which is meant.
    return near.member ? all.filter(({ uri }) => files.has(uri)) : all;
  };
  const types = around.types.flatMap((name) => definitionsOf({ name, member: false }));
  const unused = imported.filter(({ name }) => isUnused(name, around.text));
  return [
    types.map((each) => findingOf(each, index, 'type')),
    around.names.flatMap(definitionsOf).map((each) => findingOf(each, index, 'definition')),
    byNearness(imported, around).map((each) => findingOf(each, index, 'import')),
    // What is not used yet is about to be.
    unused.map(({ definition }) => findingOf(definition, index, 'import')),
  ];
}

/** Of what few files define: where more do, the name says nothing about which is meant. */
function elsewhere({ name, member }: NearName, uri: string, index: SymbolIndex): Definition[] {
  const all = index
    .definitions(name)
    .filter((each) => !sameFile(each.uri, uri) && sameFamily(each.uri, uri))
    .filter(({ container }) => member === (container !== undefined));
  return new Set(all.map((each) => each.uri)).size <= AMBIGUOUS ? all.slice(0, AMBIGUOUS) : [];
}

/** First what is named near the cursor, nearest first; then the rest, in the order of the imports. */
function byNearness(imported: readonly Imported[], { names }: Surroundings): Definition[] {
  const nearness = new Map(names.map(({ name }, at) => [name, at]));
  const ranked = imported.map(({ definition, name }) => ({
    definition,
    rank: nearness.get(name) ?? names.length,
  }));
  return ranked.sort((a, b) => a.rank - b.rank).map(({ definition }) => definition);
}

interface Imported {
  readonly definition: Definition;
  /** What the document calls it. */
  readonly name: string;
}

function importedBy(each: Import, around: Surroundings, index: SymbolIndex): Imported[] {
  const { names, source } = each;
  const from = otherFile(index.resolveImport(around.uri, source), around);
  if (names.length === 0 || names.some(({ name }) => name === '*')) {
    const all = from === undefined ? [] : topOf(from, index);
    const used = usedNear(all, around);
    const shown = (used.length > 0 ? used : all).slice(0, MOST_OF_FILE);
    return shown.map((definition) => ({ definition, name: definition.name }));
  }
  return names.flatMap(({ name, alias }) => {
    const resolved = index.resolveImport(around.uri, source, name);
    const file = otherFile(resolved, around);
    if (file === undefined) {
      const guessed = resolved === undefined ? byStem(name, source, around.uri, index) : [];
      return guessed.slice(0, 1).map((definition) => ({ definition, name: alias ?? name }));
    }
    const all = topOf(file, index);
    const found = named(name, all).slice(0, 1);
    if (found.length > 0 || file === from)
      return found.map((definition) => ({ definition, name: alias ?? name }));
    // The name is a file itself, a module of a package: what is used of it.
    const used = usedNear(all, around).slice(0, MOST_OF_FILE);
    return used.map((definition) => ({ definition, name: definition.name }));
  });
}

/** A file that is not the one somebody writes in. */
function otherFile(file: string | undefined, { uri }: Surroundings): string | undefined {
  return file !== undefined && sameFile(file, uri) ? undefined : file;
}

function usedNear(all: readonly Definition[], { names }: Surroundings): Definition[] {
  const near = new Set(names.map(({ name }) => name));
  return all.filter(({ name }) => near.has(name));
}

function topOf(file: string, index: SymbolIndex): Definition[] {
  return index.definitionsIn(file).filter(({ container }) => container === undefined);
}

function named(name: string, all: readonly Definition[]): Definition[] {
  return all.filter((each) =>
    name === 'default' ? /^export default\b/.test(each.signature) : each.name === name,
  );
}

/** Where nobody knows which file an import means: files of the name that it ends with. */
function byStem(name: string, source: string, uri: string, index: SymbolIndex): Definition[] {
  const stem = /([^./\\:]+)(?:\.\w+)?$/.exec(source)?.[1];
  return elsewhere({ name, member: false }, uri, index).filter(
    (each) => stem !== undefined && pathOf(each.uri).includes(`/${stem}`),
  );
}

/** Whether a name stands in the text but once: where it is imported. */
function isUnused(name: string, text: string): boolean {
  let uses = 0;
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length)) {
    const around = text.slice(Math.max(0, at - 1), at) + text.charAt(at + name.length);
    if (!/[\p{L}\p{N}_$]/u.test(around) && ++uses > 1) return false;
  }
  return uses === 1;
}
