import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GrammarStore } from '../../../../server/context/syntax/grammar-store.js';
import { readQuery } from '../../../../server/context/syntax/query-files.js';

describe('query files', () => {
  let folder: string;
  const write = (name: string, text: string) => {
    mkdirSync(path.join(folder, name));
    writeFileSync(path.join(folder, name, 'tags.scm'), text);
  };
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'lacuna-queries-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('inherit those of other grammars, which come first', async () => {
    write('a', '; inherits: b, c\nA');
    write('b', 'B');
    write('c', '; inherits: b\nC');
    assert.equal((await readQuery(folder, 'a', 'tags')).replaceAll(/;.*\n/g, ''), 'B\nB\nC\nA');
  });

  it('that inherit themselves are refused', async () => {
    write('a', '; inherits: b\n');
    write('b', '; inherits: a\n');
    await assert.rejects(readQuery(folder, 'a', 'tags'), /tags\.scm inherits itself: a → b → a/);
  });

  it('that are missing fail with a remedy', async () => {
    const store = new GrammarStore({ wasm: folder, queries: folder });
    await assert.rejects(store.load('go'), (error: Error & { remedy?: string }) => {
      assert.match(error.message, /^the go grammar cannot be loaded: /);
      assert.match(error.remedy ?? '', /npm run build/);
      return true;
    });
  });
});
