import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../syntax/grammar-fixtures.js';

export interface GoldenCase {
  readonly name: string;
  /** By path in the workspace; the last one is the document, with a `█`. */
  readonly files: ReadonlyMap<string, string>;
  readonly expected: string;
}

/**
 * `test/fixtures/snippets/NAME.txt`: cases behind a line `=== NAME`, each of files behind lines `--- PATH`, the document
 * last, and what is found behind a line `>>>`.
 */
export function goldenCases(file: string): GoldenCase[] {
  const text = readFileSync(path.join(root, 'test/fixtures/snippets', `${file}.txt`), 'utf8');
  return text
    .split(/^=== /m)
    .slice(1)
    .map((section) => {
      const [given = '', expected = ''] = section.split(/^>>>\n/m);
      const [name = '', ...files] = given.split(/^--- /m);
      const pairs = files.map((each): [string, string] => {
        const end = each.indexOf('\n');
        return [each.slice(0, end).trim(), each.slice(end + 1)];
      });
      return { name: name.trim(), files: new Map(pairs), expected: expected.trimEnd() };
    });
}
