/** Every inner loop against the scalar reference, on lengths that leave remainders of every vector width. */
import assert from 'node:assert/strict';
import { assertClose, randomFloats } from '../../support/numbers.js';
import { exactPaths, testingAddon, unavailablePaths } from '../addons.js';
import type { CpuPath, KernelCall } from '../addons.js';
import { createRandom } from '../random.js';

const lengths = [1, 3, 7, 8, 15, 16, 17, 31, 33, 64, 100, 129, 576, 1408, 2816];

/** Runs the call on one path and on the reference and compares. */
function compare(path: CpuPath, call: Omit<KernelCall, 'path'>, tolerance: number): void {
  const addon = testingAddon();
  const expected = addon.kernel({ ...call, path: 'reference' });
  const actual = addon.kernel({ ...call, path });
  assertClose(actual, expected, tolerance, call.name);
}

for (const path of exactPaths().filter((p) => p !== 'reference')) {
  describe(`kernels on ${path}`, () => {
    const random = createRandom(7);

    it('multiply any number of tokens by any number of rows', () => {
      for (const columns of [...lengths, 10944]) {
        for (const [tokens, rows] of [
          [1, 1],
          [1, 7],
          [1, 8],
          [1, 19],
          [2, 3],
          [3, 5],
          [5, 4],
          [7, 9],
          [64, 1],
        ] as const) {
          const x = randomFloats(random, tokens * columns);
          const y = randomFloats(random, rows * columns);
          compare(path, { name: 'multiply', x, y, tokens, rows, columns }, 5e-5);
        }
      }
    });

    it('give a token the same bits whatever its batch', () => {
      const columns = 577;
      const rows = 13;
      const x = randomFloats(random, 6 * columns);
      const y = randomFloats(random, rows * columns);
      const addon = testingAddon();
      const together = addon.kernel({ path, name: 'multiply', x, y, tokens: 6, rows, columns });
      for (let t = 0; t < 6; t++) {
        const alone = addon.kernel({
          path,
          name: 'multiply',
          x: x.slice(t * columns, (t + 1) * columns),
          y,
          tokens: 1,
          rows,
          columns,
        });
        assert.deepEqual(alone, together.slice(t * rows, (t + 1) * rows));
      }
    });

    it('add weighted rows to what is there', () => {
      for (const n of lengths) {
        for (const count of [0, 1, 2, 127, 128]) {
          const x = randomFloats(random, count);
          const call = {
            name: 'weightedSum',
            x,
            y: randomFloats(random, count * n),
            out: randomFloats(random, n),
          } as const;
          compare(path, call, 2e-6);
        }
      }
    });

    it('normalise, gate, scale and add vectors of any length', () => {
      for (const n of lengths) {
        const x = randomFloats(random, n, 3);
        const y = randomFloats(random, n, 3);
        compare(path, { name: 'rmsNorm', x, y, factor: 1e-6 }, 2e-6);
        compare(path, { name: 'siluMultiply', x: randomFloats(random, n, 30), y }, 2e-6);
        compare(path, { name: 'scale', x, factor: 0.37 }, 0);
        compare(path, { name: 'addScaled', x, y, factor: -1.25 }, 1e-6);
        compare(path, { name: 'maximum', x }, 0);
      }
    });

    it('find a maximum wherever it stands', () => {
      for (const n of [1, 5, 16, 17, 40]) {
        for (let at = 0; at < n; at++) {
          const x = new Float32Array(n).fill(-5);
          x[at] = -1;
          assert.deepEqual(
            testingAddon().kernel({ path, name: 'maximum', x }),
            Float32Array.of(-1),
          );
        }
      }
    });

    it('exponentiate without overflow, far below the maximum too', () => {
      for (const n of lengths) {
        const x = randomFloats(random, n, 50);
        const call = { name: 'exponentiate', x, factor: Math.max(...x) } as const;
        const actual = testingAddon().kernel({ ...call, path });
        const expected = testingAddon().kernel({ ...call, path: 'reference' });
        for (let i = 0; i <= n; i++) {
          const error = Math.abs(actual[i]! / expected[i]! - 1);
          assert.ok(error < 1e-6, `element ${i} of ${n} is off by ${error}`);
        }
      }
      const far = testingAddon().kernel({
        path,
        name: 'exponentiate',
        x: Float32Array.of(0, -1e30, -200),
        factor: 0,
      });
      assert.equal(far[0], 1);
      assert.ok(far[1]! < 1e-37 && far[2]! < 1e-37);
    });

    it('saturate the gate at both ends', () => {
      const x = Float32Array.of(-1e4, -100, 0, 100, 1e4);
      const out = testingAddon().kernel({
        path,
        name: 'siluMultiply',
        x,
        y: new Float32Array(5).fill(1),
      });
      assertClose(out, [0, 0, 0, 100, 1e4], 1e-6);
    });
  });
}

describe('kernels', () => {
  for (const path of unavailablePaths()) {
    it.skip(`on ${path}: this CPU does not have it`, () => undefined);
  }
});
