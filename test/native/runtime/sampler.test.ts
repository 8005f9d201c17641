/** How the next token is chosen. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { testingAddon } from '../addons.js';
import type { SampleCall } from '../addons.js';

const sample = (call: SampleCall) => testingAddon().sample(call);
const logits = Float32Array.of(1, 4, 2, 3);

/** Shares of each token in many draws. */
function shares(call: SampleCall): number[] {
  const draws = 20_000;
  const counts = new Array<number>(call.logits.length).fill(0);
  for (const id of sample({ temperature: 1, ...call, draws }).ids) counts[id]! += 1 / draws;
  return counts;
}

describe('the sampler', () => {
  it('takes the largest logit when greedy, the lowest id among equals', () => {
    assert.equal(sample({ logits }).ids[0], 1);
    assert.equal(sample({ logits: Float32Array.of(0, 7, 7) }).ids[0], 1);
  });

  it("reports the model's own log-probability, whatever the filters", () => {
    const own = 4 - Math.log([1, 4, 2, 3].reduce((sum, x) => sum + Math.exp(x), 0));
    for (const filters of [
      {},
      { temperature: 0.1, topK: 1 },
      { banned: Int32Array.of(3) },
      { repetitionPenalty: 1.1, recent: Int32Array.of(1) },
    ]) {
      const { ids, logProbabilities } = sample({ logits, ...filters });
      assert.equal(ids[0], 1);
      assert.ok(Math.abs(logProbabilities[0]! - own) < 1e-6);
    }
  });

  it('never chooses a banned token', () => {
    assert.equal(sample({ logits, banned: Int32Array.of(1) }).ids[0], 3);
    const drawn = sample({
      logits,
      banned: Int32Array.of(1, 3, 99, -5),
      temperature: 2,
      draws: 500,
    });
    assert.ok(drawn.ids.every((id) => id === 0 || id === 2));
  });

  it('chooses among the allowed tokens only, before every other filter', () => {
    const allowed = Int32Array.of(0, 2);
    assert.equal(sample({ logits, allowed }).ids[0], 2);
    assert.equal(sample({ logits, allowed, banned: Int32Array.of(2) }).ids[0], 0);
    for (const filters of [{ topK: 1 }, { topP: 0.01 }, { minP: 0.9 }]) {
      assert.equal(sample({ logits, allowed, temperature: 1, ...filters }).ids[0], 2);
    }
    const drawn = sample({ logits, allowed, temperature: 5, draws: 500 }).ids;
    assert.deepEqual([...new Set(drawn)].sort(), [0, 2]);
  });

  it("reports the model's own log-probability of an allowed token", () => {
    const own = 2 - Math.log([1, 4, 2, 3].reduce((sum, x) => sum + Math.exp(x), 0));
    const { logProbabilities } = sample({ logits, allowed: Int32Array.of(0, 2) });
    assert.ok(Math.abs(logProbabilities[0]! - own) < 1e-6);
  });

  it('takes an allowed token even where none is possible', () => {
    for (const temperature of [0, 1]) {
      const impossible = Float32Array.of(1, NaN, -Infinity, 2);
      const { ids } = sample({ logits: impossible, allowed: Int32Array.of(2, 1), temperature });
      assert.equal(ids[0], 2);
    }
  });

  it('draws with the probabilities of the temperature', () => {
    const sum = [1, 4, 2, 3].reduce((total, x) => total + Math.exp(x / 2), 0);
    shares({ logits, temperature: 2 }).forEach((share, i) => {
      assert.ok(Math.abs(share - Math.exp(logits[i]! / 2) / sum) < 0.015);
    });
  });

  it('keeps the k most likely tokens', () => {
    const [a, b, c, d] = shares({ logits, topK: 2 });
    assert.ok(a === 0 && c === 0 && b! > d! && d! > 0);
  });

  it('keeps the smallest set that reaches p', () => {
    // Probabilities: 0.03, 0.64, 0.09, 0.24.
    const kept = (topP: number) =>
      shares({ logits, topP }).flatMap((share, i) => (share > 0 ? [i] : []));
    assert.deepEqual(kept(0.6), [1]);
    assert.deepEqual(kept(0.8), [1, 3]);
    assert.deepEqual(kept(0.9), [1, 2, 3]);
    assert.deepEqual(kept(1), [0, 1, 2, 3]);
  });

  it('draws from all of a large vocabulary whose tokens are alike, and from the share that p leaves', () => {
    const size = 3000;
    const alike = new Float32Array(size);
    const draws = 6000;
    const all = sample({ logits: alike, temperature: 1, draws, seed: 4 }).ids;
    assert.ok(new Set(all).size > size * 0.8);
    const mean = all.reduce((sum, id) => sum + id, 0) / draws;
    assert.ok(Math.abs(mean - size / 2) < size / 20, `${mean}`);
    const half = sample({ logits: alike, temperature: 1, topP: 0.5, draws, seed: 4 }).ids;
    assert.ok(half.every((id) => id < size / 2 + 1));
    assert.ok(new Set(half).size > size * 0.4);
    // The same share of what is left is drawn.
    const steep = alike.map((_, i) => -i / 100);
    const kept = sample({ logits: steep, temperature: 1, minP: Math.exp(-7.005), draws, seed: 4 });
    assert.ok(kept.ids.every((id) => id <= 700));
    assert.ok(kept.ids.some((id) => id > 300));
  });

  it('drops what is far less likely than the best', () => {
    const kept = shares({ logits, minP: 0.2 }).flatMap((share, i) => (share > 0 ? [i] : []));
    assert.deepEqual(kept, [1, 3]);
  });

  it('penalises each recent token once, towards less likely on both sides of zero', () => {
    const penalty = { repetitionPenalty: 2, recent: Int32Array.of(0, 0, 0) };
    assert.equal(sample({ logits: Float32Array.of(5, 3), ...penalty }).ids[0], 1);
    assert.equal(sample({ logits: Float32Array.of(5, 2), ...penalty }).ids[0], 0);
    assert.equal(sample({ logits: Float32Array.of(-1, -1.5), ...penalty }).ids[0], 1);
    assert.equal(sample({ logits: Float32Array.of(-1, -2.5), ...penalty }).ids[0], 0);
  });

  it('forgets what lies before the window', () => {
    const recent = Int32Array.of(0, 1);
    const call = { logits: Float32Array.of(5, 3), repetitionPenalty: 2, recent };
    assert.equal(sample({ ...call, repetitionWindow: 1 }).ids[0], 0);
    assert.equal(sample({ ...call, repetitionWindow: 0 }).ids[0], 0);
  });

  it('repeats itself for the same seed and differs for another', () => {
    const draw = (seed: number) => sample({ logits, temperature: 1, draws: 50, seed }).ids;
    assert.deepEqual(draw(7), draw(7));
    assert.notDeepEqual(draw(7), draw(8));
  });

  it('treats what is not a number as impossible', () => {
    assert.equal(sample({ logits: Float32Array.of(NaN, -3, NaN) }).ids[0], 1);
    assert.equal(sample({ logits: Float32Array.of(NaN, -3, NaN), temperature: 1 }).ids[0], 1);
  });

  it('survives infinite logits', () => {
    for (const temperature of [0, 0.001, 1]) {
      const { ids } = sample({ logits: Float32Array.of(0, Infinity, -Infinity), temperature });
      assert.equal(ids[0], 1);
    }
    assert.equal(sample({ logits: new Float32Array(3).fill(-Infinity), temperature: 1 }).ids[0], 0);
    const raised = { repetitionPenalty: 0.5, recent: Int32Array.of(1), temperature: 1 };
    assert.equal(sample({ logits: Float32Array.of(0, Infinity, 1), ...raised }).ids[0], 1);
  });

  it('names an option that is out of range', () => {
    for (const [options, name] of [
      [{ temperature: -1 }, /temperature/],
      [{ topP: 0 }, /topP/],
      [{ minP: 1 }, /minP/],
      [{ repetitionPenalty: 0 }, /repetitionPenalty/],
      [{ temperature: NaN }, /temperature/],
    ] as const) {
      assert.throws(() => sample({ logits, ...options }), name);
    }
  });

  it('always returns a token that no filter excludes', () => {
    const values = fc.array(fc.float({ noNaN: true, min: -80, max: 80 }), {
      minLength: 1,
      maxLength: 40,
    });
    const options = fc.record({
      temperature: fc.double({ min: 0, max: 3, noNaN: true }),
      topK: fc.integer({ min: 0, max: 50 }),
      topP: fc.double({ min: 0.01, max: 1, noNaN: true }),
      minP: fc.double({ min: 0, max: 0.99, noNaN: true }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(values, options, (list, filters) => {
        const { ids, logProbabilities } = sample({ logits: Float32Array.from(list), ...filters });
        const rank = list.filter((x) => Math.fround(x) > Math.fround(list[ids[0]!]!)).length;
        assert.ok(filters.topK === 0 || rank < filters.topK);
        assert.ok(logProbabilities[0]! <= 0);
      }),
    );
  });
});
