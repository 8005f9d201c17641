/** Latent attention in both forms against the formula in float64, on odd shapes and across cache blocks. */
import assert from 'node:assert/strict';
import { assertClose, randomFloats } from '../../support/numbers.js';
import { exactPaths, fastPaths, testingAddon } from '../addons.js';
import type { AttentionShape } from '../addons.js';
import { createRandom } from '../random.js';
import type { Random } from '../random.js';

interface Case extends AttentionShape {
  readonly tokens: number;
  readonly positions: number;
}

const cases: readonly Case[] = [
  { heads: 1, rank: 1, nope: 1, rope: 2, value: 1, tokens: 1, positions: 1 },
  { heads: 2, rank: 17, nope: 5, rope: 6, value: 9, tokens: 3, positions: 3 },
  { heads: 3, rank: 33, nope: 7, rope: 2, value: 16, tokens: 1, positions: 129 },
  { heads: 2, rank: 64, nope: 32, rope: 16, value: 32, tokens: 7, positions: 300 },
  { heads: 1, rank: 512, nope: 128, rope: 64, value: 128, tokens: 5, positions: 140 },
  { heads: 2, rank: 20, nope: 8, rope: 4, value: 8, tokens: 130, positions: 257 },
];

function randomCall(random: Random, c: Case) {
  return {
    ...c,
    queries: randomFloats(random, c.tokens * c.heads * (c.nope + c.rope), 0.5),
    cache: randomFloats(random, c.positions * (c.rank + c.rope)),
    kB: randomFloats(random, c.heads * c.rank * c.nope, 0.3),
    vB: randomFloats(random, c.heads * c.value * c.rank, 0.3),
  };
}

/** score = q_nope · (W_UK c) + q_pe · k_pe, softmax over the past, output = Σ p W_UV c. */
function naiveAttention(c: ReturnType<typeof randomCall>): Float64Array {
  const out = new Float64Array(c.tokens * c.heads * c.value);
  const [width, queryDim] = [c.rank + c.rope, c.nope + c.rope];
  for (let t = 0; t < c.tokens; t++) {
    const visible = c.positions - c.tokens + t + 1;
    for (let h = 0; h < c.heads; h++) {
      const q = c.queries.subarray((t * c.heads + h) * queryDim);
      const scores = Array.from({ length: visible }, (_, p) => {
        const row = c.cache.subarray(p * width);
        let score = 0;
        for (let n = 0; n < c.nope; n++) {
          for (let r = 0; r < c.rank; r++)
            score += q[n]! * c.kB[(h * c.rank + r) * c.nope + n]! * row[r]!;
        }
        for (let i = 0; i < c.rope; i++) score += q[c.nope + i]! * row[c.rank + i]!;
        return score;
      });
      const largest = Math.max(...scores);
      const total = scores.reduce((sum, s) => sum + Math.exp(s - largest), 0);
      const latent = Array.from({ length: c.rank }, (_, r) => {
        let sum = 0;
        for (let p = 0; p < visible; p++)
          sum += Math.exp(scores[p]! - largest) * c.cache[p * width + r]!;
        return sum / total;
      });
      for (let v = 0; v < c.value; v++) {
        let sum = 0;
        for (let r = 0; r < c.rank; r++) sum += c.vB[(h * c.value + v) * c.rank + r]! * latent[r]!;
        out[(t * c.heads + h) * c.value + v] = sum;
      }
    }
  }
  return out;
}

describe('latent attention', function () {
  this.timeout(60_000);
  for (const c of cases) {
    it(`agrees with the formula: ${JSON.stringify(c)}`, () => {
      const call = randomCall(createRandom(c.rank), c);
      const expected = naiveAttention(call);
      for (const path of exactPaths()) {
        for (const form of ['absorbed', 'decompressed'] as const) {
          assertClose(
            testingAddon().attention({ ...call, path, form }),
            expected,
            2e-5,
            `${form} on ${path}`,
          );
        }
      }
    });
  }

  const tiles = fastPaths().includes('amx');
  const onTiles = (title: string, test: () => void) =>
    tiles ? it(`${title}, on tiles`, test) : it.skip(`${title}, on tiles: this CPU has none`, test);
  const tileCases: readonly Case[] = [
    { heads: 1, rank: 32, nope: 1, rope: 2, value: 1, tokens: 1, positions: 1 },
    { heads: 3, rank: 32, nope: 5, rope: 6, value: 9, tokens: 3, positions: 20 },
    { heads: 16, rank: 64, nope: 32, rope: 32, value: 16, tokens: 1, positions: 129 },
    { heads: 17, rank: 64, nope: 32, rope: 16, value: 8, tokens: 7, positions: 300 },
    { heads: 4, rank: 128, nope: 32, rope: 32, value: 64, tokens: 9, positions: 45 },
    { heads: 16, rank: 512, nope: 128, rope: 64, value: 128, tokens: 2, positions: 140 },
    { heads: 5, rank: 96, nope: 8, rope: 4, value: 8, tokens: 33, positions: 257 },
    { heads: 16, rank: 32, nope: 8, rope: 8, value: 8, tokens: 1, positions: 1500 },
  ];
  for (const c of tileCases) {
    onTiles(`agrees with the formula within bfloat16: ${JSON.stringify(c)}`, () => {
      const call = { ...randomCall(createRandom(c.rank + c.tokens), c), path: 'amx' as const };
      const expected = naiveAttention(call);
      for (const form of [undefined, 'absorbed', 'decompressed'] as const) {
        const actual = testingAddon().tileAttention({
          ...call,
          threads: 1,
          ...(form ? { form } : {}),
        });
        assertClose(actual, expected, form === 'decompressed' ? 0.08 : 0.05, form);
      }
    });
  }

  for (const c of [...cases.slice(1), ...tileCases]) {
    it(`loses little with a cache in bytes: ${JSON.stringify(c)}`, () => {
      const call = { ...randomCall(createRandom(c.rank + 1), c), int8: true };
      const expected = naiveAttention(call);
      for (const path of exactPaths()) {
        for (const form of ['absorbed', 'decompressed'] as const) {
          assertClose(testingAddon().attention({ ...call, path, form }), expected, 0.15, path);
        }
      }
      if (!tiles || c.rank % 32 !== 0) return;
      for (const form of [undefined, 'absorbed', 'decompressed'] as const) {
        const tiled = { ...call, path: 'amx' as const, threads: 1, ...(form ? { form } : {}) };
        assertClose(testingAddon().tileAttention(tiled), expected, 0.15, form);
      }
    });
  }

  onTiles('gives the same bits for every number of threads', () => {
    // Enough work to be worth sharing, by tokens and by parts of the cache.
    for (const [tokens, positions] of [
      [50, 400],
      [4, 3000],
      [200, 300],
    ] as const) {
      const c = { heads: 16, rank: 64, nope: 32, rope: 32, value: 32, tokens, positions };
      const call = { ...randomCall(createRandom(6), c), path: 'amx' as const };
      const alone = testingAddon().tileAttention({ ...call, threads: 1 });
      for (const threads of [2, 3, 7]) {
        assert.deepEqual(testingAddon().tileAttention({ ...call, threads }), alone);
      }
    }
  });

  onTiles('gives a token the same bits alone and among a few', () => {
    const c = { heads: 16, rank: 64, nope: 32, rope: 32, value: 32, tokens: 5, positions: 1300 };
    const call = { ...randomCall(createRandom(4), c), path: 'amx' as const, threads: 2 };
    const together = testingAddon().tileAttention(call);
    for (let t = 0; t < c.tokens; t++) {
      const queries = call.queries.slice(t * 16 * 64, (t + 1) * 16 * 64);
      const cache = call.cache.slice(0, (c.positions - c.tokens + t + 1) * 96);
      const alone = testingAddon().tileAttention({ ...call, tokens: 1, queries, cache });
      assert.deepEqual(alone, together.slice(t * 512, (t + 1) * 512));
    }
  });

  it('gives a token the same bits alone and in a batch', () => {
    const c = { heads: 2, rank: 64, nope: 32, rope: 16, value: 32, tokens: 6, positions: 200 };
    const call = randomCall(createRandom(3), c);
    const width = c.heads * c.value;
    for (const path of exactPaths()) {
      for (const form of ['absorbed', 'decompressed'] as const) {
        const together = testingAddon().attention({ ...call, path, form });
        for (let t = 0; t < c.tokens; t++) {
          const queries = call.queries.slice(t * c.heads * 48, (t + 1) * c.heads * 48);
          const cache = call.cache.slice(0, (c.positions - c.tokens + t + 1) * 80);
          const alone = testingAddon().attention({
            ...call,
            path,
            form,
            tokens: 1,
            queries,
            cache,
          });
          assert.deepEqual(alone, together.slice(t * width, (t + 1) * width));
        }
      }
    }
  });

  it('stays finite with scores far apart', () => {
    const c = { heads: 1, rank: 4, nope: 2, rope: 2, value: 3, tokens: 1, positions: 260 };
    const call = randomCall(createRandom(9), c);
    call.cache.forEach((x, i) => (call.cache[i] = x * 1e4));
    for (const path of exactPaths()) {
      for (const form of ['absorbed', 'decompressed'] as const) {
        assert.ok(
          testingAddon()
            .attention({ ...call, path, form })
            .every(Number.isFinite),
        );
      }
    }
  });

  it('absorbs for a keystroke and decompresses for a cold prompt', () => {
    const lite = { heads: 16, rank: 512, nope: 128, rope: 64, value: 128 };
    assert.equal(testingAddon().cheaperForm(lite, 1, 4096), 'absorbed');
    assert.equal(testingAddon().cheaperForm(lite, 100, 4096), 'absorbed');
    assert.equal(testingAddon().cheaperForm(lite, 256, 4096), 'decompressed');
  });
});
