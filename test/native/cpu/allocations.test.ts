/** A warm forward pass takes no memory from the heap. */
import assert from 'node:assert/strict';
import { exactPaths, fastPaths, fixtureModel, testingAddon } from '../addons.js';

describe('a forward pass', () => {
  for (const name of ['tiny-lite-q4_k_m.gguf', 'tiny-v3-q8_0.gguf', 'tiny-lite-old-q8_0.gguf']) {
    for (const path of [...exactPaths(), ...fastPaths()]) {
      it(`allocates nothing once it is warm: ${name} on ${path}`, () => {
        for (const length of [1, 3, 48]) {
          const tokens = Int32Array.from({ length }, (_, i) => (i * 37) % 1000);
          const counts = testingAddon().countAllocations({
            path,
            model: fixtureModel(name),
            tokens,
          });
          assert.ok(counts.load > 0, 'allocations are not counted at all');
          assert.equal(counts.warmPass, 0);
        }
      });
    }
  }
});
