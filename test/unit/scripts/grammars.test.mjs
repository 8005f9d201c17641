import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { grammarFiles } from '../../../scripts/lib/grammars.mjs';
import { inRoot } from '../../../scripts/lib/paths.mjs';

const names = readdirSync(inRoot('grammars'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

describe('grammars', () => {
  it('have a wasm each, which the build finds', () => {
    assert.ok(names.length >= 13);
    assert.deepEqual(
      names.filter((name) => !(`${name}.wasm` in grammarFiles)),
      [],
    );
    assert.deepEqual(
      Object.values(grammarFiles).filter((file) => !existsSync(inRoot(file))),
      [],
    );
  });

  it('have every query file', () => {
    for (const name of names)
      assert.deepEqual(
        readdirSync(inRoot(path.join('grammars', name))).sort(),
        ['blocks.scm', 'imports.scm', 'locals.scm', 'tags.scm'],
        name,
      );
  });
});
