/**
 * Sources compiled for newer CPUs must not define what the linker may take for every CPU: of an inline function that several
 * objects have, it keeps any one copy, and a copy for AVX-512 would crash an older machine.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../addons.js';

const folders = ['avx2', 'avxvnni', 'avx512', 'vnni', 'amx'];
const objects = path.join(packageRoot, 'build', 'native', 'CMakeFiles');

/** Objects of the sources that there are now; a build folder keeps those of removed ones. */
function objectsOf(folder: string): string[] {
  const sources = readdirSync(path.join(packageRoot, 'native', 'cpu', folder));
  return sources
    .filter((name) => name.endsWith('.cc'))
    .flatMap((name) =>
      ['lacuna_native.dir', 'lacuna_weights.dir']
        .map((library) => path.join(objects, library, 'cpu', folder, `${name}.o`))
        .filter((file) => existsSync(file)),
    );
}

describe('objects for newer instruction sets', () => {
  const hasTools = spawnSync('nm', ['--version']).status === 0 && existsSync(objects);

  for (const folder of folders) {
    const name = `of native/cpu/${folder} define nothing that another object may define too`;
    if (!hasTools || objectsOf(folder).length === 0) {
      it.skip(`${name} (needs nm and objects built on x86-64)`, () => undefined);
      continue;
    }
    it(name, () => {
      const { status, stdout } = spawnSync('nm', ['-A', '-C', ...objectsOf(folder)], {
        encoding: 'utf8',
      });
      assert.equal(status, 0);
      // Weak functions, weak objects, and those unique in a process.
      const shared = stdout.split('\n').filter((line) => / [WVu] /.test(line));
      assert.deepEqual(shared, []);
    });
  }
});
