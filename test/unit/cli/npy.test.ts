import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { npyHeader, writeNpy } from '../../../server/cli/npy.js';
import { readNpy } from '../../support/npy.js';
import { inFolder } from '../../support/run-cli.js';

describe('NumPy file', () => {
  it('has a header that is a multiple of 64 bytes and ends with a line end', () => {
    for (const shape of [[1], [48, 8192], [600, 102400], [123456789, 123456789, 123456789, 1, 1]]) {
      const header = npyHeader(shape);
      assert.equal(header.length % 64, 0);
      assert.equal(header.readUInt16LE(8), header.length - 10);
      assert.equal(header.at(-1), '\n'.charCodeAt(0));
    }
    assert.match(npyHeader([3]).toString('latin1'), /'shape': \(3,\)/);
  });

  it('reads back what was written', () =>
    inFolder({}, (folder) => {
      const file = path.join(folder, 'a.npy');
      const values = Float32Array.of(1, -2.5, 3e-38, Infinity, 0, 7);
      writeNpy(file, values, [2, 3]);
      const { shape, data } = readNpy(file);
      assert.deepEqual(shape, [2, 3]);
      assert.deepEqual([...data], [...values]);
      assert.deepEqual(readdirSync(folder), ['a.npy']);
      return Promise.resolve();
    }));

  it('says what to do where it cannot be written, and leaves nothing behind', () => {
    const file = path.join('no', 'such', 'folder', 'a.npy');
    assert.throws(() => {
      writeNpy(file, Float32Array.of(1), [1]);
    }, /cannot be written: ENOENT/);
    assert.ok(!existsSync(file));
  });
});
