/** Byte products: how activations are rounded, that no product or sum saturates, and what the scales make of them. */
import assert from 'node:assert/strict';
import { integerActivations, integerBlocks } from '../../support/integer-weights.js';
import { assertClose, randomFloats } from '../../support/numbers.js';
import { randomBlocks } from '../../support/random-weights.js';
import { fastPaths, testingAddon, unavailablePaths, type Int8Rows } from '../addons.js';
import { createRandom } from '../random.js';
import { weightTypes, type WeightType } from '../weight-types.js';

const quantized = weightTypes.filter((type) => type.blockElements > 1);
const widths = [32, 64, 224, 256, 288, 576, 1408, 2816, 10944];
const widthsOf = (type: WeightType) => widths.filter((n) => n % type.blockElements === 0);

describe('byte products', function () {
  this.timeout(180_000);
  const random = createRandom(31);

  for (const path of unavailablePaths()) {
    it.skip(`on ${path}: this CPU does not have it`, () => undefined);
  }

  for (const path of fastPaths()) {
    it(`round activations to the nearest of 255 steps and pad with zeros on ${path}`, () => {
      for (const columns of widths) {
        for (const x of [
          randomFloats(random, 3 * columns, 20),
          integerActivations(random, 3 * columns),
          // Halves between two steps, and whole groups of zero.
          Float32Array.from({ length: 3 * columns }, (_, i) =>
            i % 96 < 32 ? 0 : i % 32 === 0 ? 127 : (i % 25) - 12.5,
          ),
          randomFloats(random, 3 * columns, 1e-20).map((v, i) => (i % 7 === 0 ? -1e20 * v : v)),
        ]) {
          const rows = testingAddon().quantizeRows({ path, x, tokens: 3, columns });
          assert.deepEqual(rows, expectedRows(x, 3, columns), `${columns} columns`);
        }
      }
    });

    it(`round activations that no scale fits without overflow on ${path}`, () => {
      const x = randomFloats(random, 6 * 32);
      const at = (group: number) => x.subarray(32 * group, 32 * (group + 1));
      at(0).forEach((v, i, group) => (group[i] = v * 1e-38));
      at(1).fill(1e-45);
      at(2)[5] = Infinity;
      at(3)[31] = -Infinity;
      at(4)[0] = NaN;
      at(5).fill(NaN);
      const { q, scales, sums, halves } = testingAddon().quantizeRows({
        path,
        x,
        tokens: 1,
        columns: x.length,
      });
      assert.deepEqual(q.subarray(0, 64), new Int8Array(64));
      for (let half = 0; half < 12; half++) {
        const sum = q.subarray(16 * half, 16 * (half + 1)).reduce((a, b) => a + b, 0);
        assert.equal(halves[half]! + 0, Math.fround(scales[half >> 1]! * sum), `half ${half}`);
      }
      for (let group = 0; group < 6; group++)
        assert.equal(sums[group], Math.fround(halves[2 * group]! + halves[2 * group + 1]!));
    });

    for (const type of quantized) {
      it(`are exact for whole numbers, the largest too, in ${type.name} on ${path}`, () => {
        for (const columns of widthsOf(type)) {
          for (const rows of [1, 7]) {
            for (let tokens = 1; tokens <= 6; tokens++) {
              const blocks = integerBlocks(random, type, rows * columns);
              const x = integerActivations(random, tokens * columns);
              const call = { path, type: type.id, blocks, rows, columns, tokens, x, threads: 1 };
              assert.deepEqual(
                testingAddon().linear(call),
                exactProducts(type, blocks, x, rows, columns),
                `${rows}×${columns}, ${tokens} tokens`,
              );
            }
          }
        }
      });

      it(`give what the rounded activations define, in ${type.name} on ${path}`, () => {
        for (const columns of widthsOf(type)) {
          for (const rows of [1, 7]) {
            for (let tokens = 1; tokens <= 6; tokens++) {
              const blocks = randomBlocks(random, type, rows * columns);
              const x = randomFloats(random, tokens * columns);
              const call = { path, type: type.id, blocks, rows, columns, tokens, x, threads: 1 };
              const expected = testingAddon().kernel({
                path: 'reference',
                name: 'multiply',
                x: roundedActivations(x, tokens, columns),
                y: testingAddon().dequantize('reference', type.id, blocks, rows * columns),
                tokens,
                rows,
                columns,
              });
              assertClose(
                testingAddon().linear(call),
                expected,
                1e-4,
                `${rows}×${columns}, ${tokens} tokens`,
              );
            }
          }
        }
      });
    }
  }
});

/** The rows by their definition, in the order of float32 operations that makes every path the same. */
function expectedRows(x: Float32Array, tokens: number, columns: number): Int8Rows {
  const byteStride = Math.ceil(columns / 64) * 64;
  const groupStride = Math.ceil(columns / 512) * 16;
  const q = new Int8Array(tokens * byteStride);
  const scales = new Float32Array(tokens * groupStride);
  const sums = new Float32Array(tokens * groupStride);
  const halves = new Float32Array(2 * tokens * groupStride);
  for (let t = 0; t < tokens; t++) {
    for (let g = 0; g < columns / 32; g++) {
      const group = x.subarray(t * columns + 32 * g, t * columns + 32 * (g + 1));
      const largest = Math.max(...group.map(Math.abs));
      const factor = largest > 0 ? Math.fround(127 / largest) : 0;
      const bytes = Array.from(group, (v) => roundToEven(Math.fround(v * factor)));
      q.set(bytes, t * byteStride + 32 * g);
      const at = t * groupStride + g;
      scales[at] = largest / 127;
      for (const half of [0, 1]) {
        const sum = bytes.slice(16 * half, 16 * (half + 1)).reduce((a, b) => a + b, 0);
        halves[2 * at + half] = scales[at] * sum + 0;
      }
      sums[at] = halves[2 * at]! + halves[2 * at + 1]!;
    }
  }
  return { q, scales, sums, halves };
}

function roundToEven(v: number): number {
  const floor = Math.floor(v);
  const up = v - floor > 0.5 || (v - floor === 0.5 && floor % 2 !== 0);
  return floor + (up ? 1 : 0);
}

/** What the bytes stand for. */
function roundedActivations(x: Float32Array, tokens: number, columns: number): Float32Array {
  const { q, scales } = expectedRows(x, tokens, columns);
  return x.map((_, i) => {
    const [t, column] = [Math.floor(i / columns), i % columns];
    const scale = scales[t * Math.ceil(columns / 512) * 16 + Math.floor(column / 32)]!;
    return scale * q[t * Math.ceil(columns / 64) * 64 + column]!;
  });
}

/** Sums of whole numbers, [tokens, rows]; all of them below 2^24, so that float32 holds them. */
function exactProducts(
  type: WeightType,
  blocks: Uint8Array,
  x: Float32Array,
  rows: number,
  columns: number,
): Float32Array {
  const w = testingAddon().dequantize('reference', type.id, blocks, rows * columns);
  const tokens = x.length / columns;
  const out = new Float32Array(tokens * rows);
  for (let t = 0; t < tokens; t++) {
    for (let r = 0; r < rows; r++) {
      let sum = 0;
      for (let i = 0; i < columns; i++) sum += w[r * columns + i]! * x[t * columns + i]!;
      assert.ok(Math.abs(sum) < 2 ** 24);
      out[t * rows + r] = sum;
    }
  }
  return out;
}
