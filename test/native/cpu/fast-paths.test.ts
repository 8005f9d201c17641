/**
 * The paths that round activations: bytes for a few tokens, bfloat16 tiles for many. They agree with float32 within that
 * rounding, and with themselves to the bit.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { argmax, assertClose, randomFloats } from '../../support/numbers.js';
import { readNpy } from '../../support/npy.js';
import { randomBlocks } from '../../support/random-weights.js';
import {
  fastPaths,
  fixtureModel,
  nativeAddon,
  packageRoot,
  testingAddon,
  unavailablePaths,
} from '../addons.js';
import { createRandom } from '../random.js';
import { weightTypes } from '../weight-types.js';

const rms = (values: Float32Array): number =>
  Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);

/** Root mean square error as a share of what `columns` products of this size add up to when their signs are random. */
function errorShare(
  actual: Float32Array,
  expected: Float32Array,
  w: Float32Array,
  x: Float32Array,
  columns: number,
): number {
  const errors = actual.map((value, i) => value - expected[i]!);
  return rms(errors) / (rms(w) * rms(x) * Math.sqrt(columns));
}

describe('paths that round activations', function () {
  this.timeout(60_000);
  const random = createRandom(23);

  for (const cpuPath of unavailablePaths()) {
    it.skip(`${cpuPath}: this CPU does not have it`, () => undefined);
  }

  for (const cpuPath of fastPaths()) {
    for (const type of weightTypes) {
      it(`multiply ${type.name} weights on ${cpuPath} within the rounding`, () => {
        const addon = testingAddon();
        const widths = [32, 96, 256, 576, 1408, 2816, 10944].filter(
          (n) => n % type.blockElements === 0,
        );
        for (const columns of widths) {
          for (const [rows, tokens] of [
            [1, 1],
            [33, 2],
            [40, 6],
            [7, 7],
            [64, 16],
            [70, 37],
          ] as const) {
            const blocks = randomBlocks(random, type, rows * columns);
            const weights = addon.dequantize('reference', type.id, blocks, rows * columns);
            const x = randomFloats(random, tokens * columns);
            const call = { type: type.id, blocks, rows, columns, tokens, x, threads: 1 };
            const expected = addon.kernel({
              path: 'reference',
              name: 'multiply',
              x,
              y: weights,
              tokens,
              rows,
              columns,
            });
            const error = errorShare(
              addon.linear({ ...call, path: cpuPath }),
              expected,
              weights,
              x,
              columns,
            );
            assert.ok(error < 0.02, `${rows}×${columns}, ${tokens} tokens: ${error}`);
          }
        }
      });
    }

    it(`multiply any number of tokens on ${cpuPath} within the rounding`, () => {
      const addon = testingAddon();
      for (const [name, columns] of [
        ['Q4_K', 2816],
        ['Q5_0', 1408],
        ['Q8_0', 2048],
        ['BF16', 32],
      ] as const) {
        const type = weightTypes.find((t) => t.name === name)!;
        for (const [rows, tokens] of [
          [17, 49],
          [40, 81],
          [33, 97],
          [70, 160],
          [5, 257],
        ] as const) {
          const blocks = randomBlocks(random, type, rows * columns);
          const weights = addon.dequantize('reference', type.id, blocks, rows * columns);
          const x = randomFloats(random, tokens * columns);
          const call = { type: type.id, blocks, rows, columns, tokens, x, threads: 1 };
          const expected = addon.linear({ ...call, path: 'reference' });
          const actual = addon.linear({ ...call, path: cpuPath });
          const error = errorShare(actual, expected, weights, x, columns);
          assert.ok(error < 0.02, `${name}, ${rows}×${columns}, ${tokens} tokens: ${error}`);
        }
      }
    });

    it(`gate what the tile unit multiplies, on ${cpuPath}`, () => {
      const addon = testingAddon();
      for (const [name, columns] of [
        ['Q4_K', 2048],
        ['Q5_0', 576],
        ['Q8_0', 32],
      ] as const) {
        const type = weightTypes.find((t) => t.name === name)!;
        for (const [rows, tokens] of [
          [32, 7],
          [96, 33],
          [64, 64],
          [1408, 50],
          [96, 130],
          [32, 300],
        ] as const) {
          const [gate, up] = [0, 1].map(() => randomBlocks(random, type, rows * columns)) as [
            Uint8Array,
            Uint8Array,
          ];
          const x = randomFloats(random, tokens * columns);
          const call = { type: type.id, rows, columns, tokens, x };
          const actual = addon.gated({ ...call, gate, up, path: cpuPath, threads: 1 });
          if (actual === null) {
            assert.notEqual(cpuPath, 'amx');
            continue;
          }
          const [g, u] = [gate, up].map((blocks) =>
            addon.linear({ ...call, blocks, path: 'reference', threads: 1 }),
          ) as [Float32Array, Float32Array];
          const expected = g.map((value, i) => (value / (1 + Math.exp(-value))) * u[i]!);
          const error = rms(actual.map((value, i) => value - expected[i]!)) / rms(expected);
          assert.ok(error < 0.02, `${name}, ${rows}×${columns}, ${tokens} tokens: ${error}`);
          assert.deepEqual(addon.gated({ ...call, gate, up, path: cpuPath, threads: 3 }), actual);
        }
      }
    });

    it(`give a token the same bits alone and among a few, on ${cpuPath}`, () => {
      for (const type of weightTypes) {
        const [rows, columns] = [9, 512];
        const blocks = randomBlocks(random, type, rows * columns);
        const x = randomFloats(random, 6 * columns);
        const call = { path: cpuPath, type: type.id, blocks, rows, columns, threads: 1 };
        const together = testingAddon().linear({ ...call, tokens: 6, x });
        // bfloat16 weights have no byte form: few tokens go through tiles as well.
        for (let t = 0; t < 6; t++) {
          const alone = testingAddon().linear({
            ...call,
            tokens: 1,
            x: x.slice(t * columns, (t + 1) * columns),
          });
          assert.deepEqual(alone, together.slice(t * rows, (t + 1) * rows), type.name);
        }
      }
    });

    it(`give the same bits for every number of threads, on ${cpuPath}`, () => {
      const type = weightTypes.find((t) => t.name === 'Q4_K')!;
      for (const tokens of [1, 50]) {
        // Enough work to be worth sharing.
        const [rows, columns] = [2111, 256];
        const blocks = randomBlocks(random, type, rows * columns);
        const x = randomFloats(random, tokens * columns);
        const call = { path: cpuPath, type: type.id, blocks, rows, columns, tokens, x };
        const alone = testingAddon().linear({ ...call, threads: 1 });
        for (const threads of [2, 3, 5, 16])
          assert.deepEqual(testingAddon().linear({ ...call, threads }), alone);
      }
    });

    it(`multiply activations of zero, and of one large value among small ones, on ${cpuPath}`, () => {
      const type = weightTypes.find((t) => t.name === 'Q5_0')!;
      const [rows, columns] = [5, 64];
      const blocks = randomBlocks(random, type, rows * columns);
      for (const tokens of [1, 20]) {
        const x = new Float32Array(tokens * columns);
        const call = { path: cpuPath, type: type.id, blocks, rows, columns, tokens, threads: 1 };
        assert.ok(
          testingAddon()
            .linear({ ...call, x })
            .every((v) => v === 0),
        );
        x.fill(1e-6);
        x[3] = 1e4;
        assertClose(
          testingAddon()
            .linear({ ...call, x })
            .slice(0, rows),
          testingAddon()
            .linear({ ...call, x, path: 'reference' })
            .slice(0, rows),
          0.02,
        );
      }
    });

    for (const name of [
      'tiny-lite-q8_0',
      'tiny-lite-q4_k_m',
      'tiny-v2-q8_0',
      'tiny-v3-q8_0',
      'tiny-v3-q4_k_m',
    ]) {
      it(`leave the logits of ${name} as near to float32 as llama.cpp's own rounding does, on ${cpuPath}`, async () => {
        const expected = readNpy(path.join(packageRoot, 'test/fixtures/logits', `${name}.npy`));
        const width = expected.shape[1]!;
        const tokens = Int32Array.from(
          JSON.parse(readFileSync(fixtureModel('tokens48.json'), 'utf8')) as number[],
        );
        const engine = await nativeAddon().loadEngine(fixtureModel(`${name}.gguf`), { cpuPath });
        try {
          for (const chunk of [1, 48]) {
            const actual = await engine.logits(tokens, chunk);
            // llama.cpp's quantised runs of these files: mean divergence 2e-3 … 2.4e-2, same best token in 83 … 98 %.
            const divergence = meanDivergence(expected.data, actual, width);
            assert.ok(divergence < 4e-2, `mean divergence ${divergence}`);
            const same = [...tokens.keys()].filter(
              (t) => argmax(actual, t, width) === argmax(expected.data, t, width),
            );
            assert.ok(same.length >= 0.8 * tokens.length, `${same.length} best tokens agree`);
            assert.deepEqual(await engine.logits(tokens, chunk), actual, 'two runs');
          }
        } finally {
          await engine.close();
        }
      });
    }
  }
});

/** Mean over rows of the Kullback-Leibler divergence, in nats. */
function meanDivergence(expected: Float32Array, actual: Float32Array, width: number): number {
  const rows = expected.length / width;
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const p = logSoftmax(expected.subarray(row * width, (row + 1) * width));
    const q = logSoftmax(actual.subarray(row * width, (row + 1) * width));
    p.forEach((x, i) => (total += Math.exp(x) * (x - q[i]!)));
  }
  return total / rows;
}

function logSoftmax(x: Float32Array): Float64Array {
  const largest = Math.max(...x);
  const sum = x.reduce((s, v) => s + Math.exp(v - largest), 0);
  return Float64Array.from(x, (v) => v - largest - Math.log(sum));
}
