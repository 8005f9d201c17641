import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import assert from 'node:assert/strict';
import path from 'node:path';
import { grammarFolders, GrammarStore } from '../../../../server/context/syntax/grammar-store.js';
import type { GrammarName } from '../../../../server/context/syntax/languages.js';
import { parseText } from '../../../../server/context/syntax/parse-text.js';
import type { SyntaxTree } from '../../../../server/context/syntax/syntax-tree.js';

/** The repository's root: tests run from dist/test/unit/context/syntax. */
export const root = path.resolve(import.meta.dirname, '../../../../..');

/** One store for a run of tests: a grammar takes some milliseconds to load. */
export const grammars = new GrammarStore(grammarFolders(root));

export async function parse(name: GrammarName, text: string): Promise<SyntaxTree> {
  const tree = parseText(await grammars.load(name), text, 20_000);
  assert(tree);
  return tree;
}

const fixtures = path.join(root, 'test/grammars');

/** `test/grammars/NAME/sample.EXTENSION`. */
export function sampleOf(name: GrammarName): string {
  const folder = path.join(fixtures, name);
  const file = readdirSync(folder).find((each) => /^sample\.[a-z]+$/.test(each));
  assert(file !== undefined, `${folder} has no sample`);
  return readFileSync(path.join(folder, file), 'utf8');
}

export interface PlaceCase {
  readonly name: string;
  /** What is expected, sorted: flags, `function=NAME`, `class=NAME`. */
  readonly expected: readonly string[];
  readonly marked: string;
}

/** `test/grammars/NAME/places.txt`: texts with a `█`, each behind a line `=== WHAT IS EXPECTED`. */
export function placesOf(name: GrammarName): PlaceCase[] {
  const text = readFileSync(path.join(fixtures, name, 'places.txt'), 'utf8');
  return text
    .split(/^===/m)
    .slice(1)
    .map((section) => {
      const [head = '', ...lines] = section.split('\n');
      const marked = lines.join('\n').replace(/\n$/, '');
      return { name: marked, expected: head.trim().split(/\s+/).filter(Boolean).sort(), marked };
    });
}

/**
 * Compares with `test/grammars/NAME/KIND.snap`. With LACUNA_UPDATE_SNAPSHOTS set, writes it instead; look at what
 * changed before it is committed.
 */
export function assertSnapshot(name: GrammarName, kind: string, actual: string): void {
  const file = path.join(fixtures, name, `${kind}.snap`);
  if (process.env['LACUNA_UPDATE_SNAPSHOTS']) writeFileSync(file, actual);
  assert(existsSync(file), `${file} is missing; LACUNA_UPDATE_SNAPSHOTS=1 writes it`);
  assert.equal(actual, readFileSync(file, 'utf8'));
}
