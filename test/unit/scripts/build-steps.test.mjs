import assert from 'node:assert/strict';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { linkBin } from '../../../scripts/lib/bin-link.mjs';
import { missingPackages } from '../../../scripts/lib/dependencies.mjs';
import { CommandError, run } from '../../../scripts/lib/run.mjs';
import { filesUnder, hashFiles } from '../../../scripts/lib/stamp.mjs';
import { orphans } from '../../../scripts/lib/typescript.mjs';

describe('build steps', () => {
  let folder;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'lacuna-scripts-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function write(name, text) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }

  describe('installed packages', () => {
    const lock = {
      packages: {
        '': { version: '0.1.0' },
        'node_modules/a': { version: '1.0.0' },
        'node_modules/b': { version: '2.0.0' },
        'node_modules/fsevents': { version: '2.3.3', optional: true },
      },
    };

    it('are complete when every wanted version is there, optional ones aside', () => {
      const installed = {
        packages: {
          'node_modules/a': { version: '1.0.0' },
          'node_modules/b': { version: '2.0.0' },
        },
      };
      assert.deepEqual(missingPackages(lock, installed), []);
    });

    it('are not complete when one has another version or is not there', () => {
      const installed = { packages: { 'node_modules/b': { version: '2.0.1' } } };
      assert.deepEqual(missingPackages(lock, installed), ['node_modules/a', 'node_modules/b']);
    });

    it('are all missing without node_modules', () => {
      assert.equal(missingPackages(lock, undefined).length, 2);
    });
  });

  describe('source hashes', () => {
    it('change with a content, a name and a value, and with nothing else', () => {
      write('a.cc', 'one');
      write('sub/b.cc', 'two');
      const hash = (values) =>
        hashFiles(filesUnder(['a.cc', 'sub', 'absent'], undefined, folder), values, folder);
      const before = hash();
      assert.equal(hash(), before);
      assert.notEqual(hash(['clang']), before);
      write('sub/b.cc', 'three');
      const edited = hash();
      assert.notEqual(edited, before);
      rmSync(path.join(folder, 'sub/b.cc'));
      write('sub/c.cc', 'three');
      assert.notEqual(hash(), edited);
    });
  });

  describe('compiled files', () => {
    it('are orphans once their source is gone', () => {
      const sources = new Set(['server/a.ts', 'test/x.test.ts']);
      const compiled = [
        'server/a.js',
        'server/a.js.map',
        'test/old.test.js',
        'test/old.test.js.map',
        'client/main.cjs',
      ];
      assert.deepEqual(orphans(compiled, sources), ['test/old.test.js', 'test/old.test.js.map']);
    });
  });

  describe('the lacuna command', () => {
    it('is linked into node_modules/.bin, executable, and linked again after it was wiped', async () => {
      write('bin/lacuna.js', '#!/usr/bin/env node\nconsole.log("hello from the clone");\n');
      mkdirSync(path.join(folder, 'node_modules'));
      linkBin(folder);
      linkBin(folder);
      rmSync(path.join(folder, 'node_modules'), { recursive: true });
      mkdirSync(path.join(folder, 'node_modules'));
      linkBin(folder);
      const link = path.join(folder, 'node_modules/.bin/lacuna');
      assert.ok(lstatSync(link).isSymbolicLink());
      assert.equal(statSync(link).mode & 0o111, 0o111);
      assert.equal(await run(link, []), 'hello from the clone\n');
    });

    it("replaces a stranger's command of the same name", () => {
      write('bin/lacuna.js', 'ours');
      write('node_modules/.bin/lacuna', 'theirs');
      linkBin(folder);
      assert.equal(readFileSync(path.join(folder, 'node_modules/.bin/lacuna'), 'utf8'), 'ours');
    });
  });

  describe('running commands', () => {
    it('returns what a command printed', async () => {
      assert.equal(
        await run(process.execPath, ['-e', 'console.log(1); console.error(2)']),
        '1\n2\n',
      );
    });

    it('fails with the output and the exit code', async () => {
      await assert.rejects(
        run(process.execPath, ['-e', 'console.log("why"); process.exit(3)']),
        (error) => {
          assert.ok(error instanceof CommandError);
          assert.match(error.message, /exited with code 3$/);
          assert.equal(error.output, 'why\n');
          return true;
        },
      );
    });

    it('names a command that is not there', async () => {
      await assert.rejects(run('lacuna-no-such-command', []), /could not be started/);
    });

    it('ends a command that runs past its time', async () => {
      const forever = ['-e', 'setInterval(() => {}, 1000)'];
      await assert.rejects(
        run(process.execPath, forever, { timeoutMs: 200 }),
        /was ended after 0.2 s/,
      );
    });
  });
});
