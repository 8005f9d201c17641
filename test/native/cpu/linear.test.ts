/** Weight matrices of every type times activations: against dequantised weights, on the model's own odd widths. */
import assert from 'node:assert/strict';
import { assertClose, randomFloats } from '../../support/numbers.js';
import { exactPaths, testingAddon } from '../addons.js';
import { createRandom } from '../random.js';
import { randomBlocks } from '../../support/random-weights.js';
import { weightTypes } from '../weight-types.js';

describe('linear layers', () => {
  const random = createRandom(11);

  for (const path of exactPaths()) {
    for (const type of weightTypes) {
      it(`multiply ${type.name} weights on ${path}`, () => {
        const addon = testingAddon();
        const widths = [576, 1408, 2816, 10944, 256, 32, 7, 1].filter(
          (n) => n % type.blockElements === 0,
        );
        for (const columns of widths) {
          for (const [rows, tokens] of [
            [1, 1],
            [7, 1],
            [33, 2],
            [16, 7],
          ] as const) {
            const blocks = randomBlocks(random, type, rows * columns);
            const weights = addon.dequantize('reference', type.id, blocks, rows * columns);
            const x = randomFloats(random, tokens * columns);
            const actual = addon.linear({
              path,
              type: type.id,
              blocks,
              rows,
              columns,
              tokens,
              x,
              threads: 1,
            });
            const expected = addon.kernel({
              path: 'reference',
              name: 'multiply',
              x,
              y: weights,
              tokens,
              rows,
              columns,
            });
            assertClose(actual, expected, 1e-4, `${rows}×${columns}, ${tokens} tokens`);
          }
        }
      });
    }

    it(`give the same bits for every number of threads on ${path}`, () => {
      const addon = testingAddon();
      const type = weightTypes.find((t) => t.name === 'Q8_0')!;
      // Enough work to be worth sharing.
      const [rows, columns, tokens] = [1111, 256, 3];
      const blocks = randomBlocks(random, type, rows * columns);
      const x = randomFloats(random, tokens * columns);
      const call = { path, type: type.id, blocks, rows, columns, tokens, x };
      const alone = addon.linear({ ...call, threads: 1 });
      for (const threads of [2, 3, 5, 16])
        assert.deepEqual(addon.linear({ ...call, threads }), alone);
    });
  }
});
