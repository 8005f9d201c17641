/** Choosing the next token from the largest logits alone. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { testingAddon } from '../addons.js';
import type { SampleCall } from '../addons.js';

const byRow = (call: SampleCall) => testingAddon().sample(call);
const byCandidates = (call: SampleCall) => byRow({ normalizerError: 0, ...call });

/** Logits that fall by `step` from one token to the next, the likeliest in the middle. */
const falling = (count: number, step: number) =>
  Float32Array.from({ length: count }, (_, i) => 20 - step * Math.abs(i - count / 2));

/** Rows as models give them, rows full of ties, and what a damaged model may give. */
const rows = fc.oneof(
  fc.array(fc.float({ noNaN: true, min: -30, max: 30 }), { minLength: 1, maxLength: 200 }),
  fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 60, maxLength: 200 }),
  fc.array(fc.constantFrom(NaN, -Infinity, Infinity, -1, 0, 2.5), { minLength: 1, maxLength: 90 }),
  fc
    .tuple(fc.integer({ min: 65, max: 1000 }), fc.double({ min: 0.01, max: 1, noNaN: true }))
    .map(([count, step]) => [...falling(count, step)]),
);

const options = fc.record({
  temperature: fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 3, noNaN: true })),
  topK: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 100 })),
  topP: fc.oneof(fc.constant(1), fc.double({ min: 0.01, max: 1, noNaN: true })),
  minP: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.99, noNaN: true })),
  repetitionPenalty: fc.constantFrom(1, 1.1, 2, 0.7),
  repetitionWindow: fc.constantFrom(0, 5, 64),
  seed: fc.nat(),
  draws: fc.constant(4),
});

/** Anywhere in the vocabulary or, as often, among its likeliest tokens. */
const tokensOf = (row: readonly number[]) => {
  const best = row.map((_, id) => id).sort((a, b) => row[b]! - row[a]!);
  return fc.array(
    fc.tuple(fc.boolean(), fc.nat({ max: row.length - 1 })).map(([likely, i]) => {
      return likely ? best[i % Math.min(row.length, 64)]! : i;
    }),
    { maxLength: 80 },
  );
};

const calls = fc.tuple(rows, options).chain(([row, chosen]) =>
  fc.tuple(tokensOf(row), tokensOf(row)).map(([recent, banned]) => ({
    ...chosen,
    logits: Float32Array.from(row),
    recent: Int32Array.from(recent),
    // One id at least must remain.
    banned: Int32Array.from(banned.filter((id) => id !== row.length - 1)),
  })),
);

describe('sampling from the largest logits', () => {
  it('gives the token and the log-probability of the whole row', () => {
    const errors = fc.constantFrom(0, 1e-5, -1e-5);
    fc.assert(
      fc.property(calls, errors, (call, normalizerError) => {
        const expected = byRow(call);
        const actual = byCandidates({ ...call, normalizerError });
        assert.deepEqual(actual.ids, expected.ids);
        actual.logProbabilities.forEach((p, i) => {
          const own = expected.logProbabilities[i]!;
          assert.ok(p === own || Math.abs(p - own) <= 2e-5 + 1e-6 * Math.abs(own), `${p}, ${own}`);
        });
      }),
      { numRuns: 3000 },
    );
  });

  it('needs the row of a usual request never or hardly ever', () => {
    const logits = falling(5000, 0.4);
    for (const call of [
      {},
      { recent: Int32Array.of(2500, 2501), repetitionPenalty: 1.1 },
      { banned: Int32Array.of(2500) },
      { temperature: 1, topK: 40 },
      { temperature: 0.2, topP: 0.95 },
      { temperature: 0.8, topP: 0.9, recent: Int32Array.of(2500), repetitionPenalty: 1.05 },
      { temperature: 1.5, topP: 0.9 },
      { temperature: 1, minP: 0.05 },
      { temperature: 1, topK: 100, topP: 0.95 },
    ]) {
      const { settled } = byCandidates({ logits, draws: 50, ...call });
      assert.equal(settled, 50, JSON.stringify(call));
    }
  });

  it('asks for the row where what is not listed may matter', () => {
    const logits = falling(5000, 0.4);
    for (const call of [
      { temperature: 1 },
      { temperature: 1, topK: 100 },
      { temperature: 1, topP: 0.95, logits: new Float32Array(5000) },
      { repetitionPenalty: 0.9, recent: Int32Array.of(0) },
      // All that is listed is banned.
      { banned: Int32Array.from({ length: 200 }, (_, i) => 2400 + i) },
      // What is listed falls below what is not.
      {
        repetitionPenalty: 3,
        repetitionWindow: 200,
        recent: Int32Array.from(logits.keys()).slice(2400, 2600),
      },
    ]) {
      assert.equal(byCandidates({ logits, draws: 5, ...call }).settled, 0, JSON.stringify(call));
    }
  });

  it('needs no row of a small vocabulary', () => {
    const call = { logits: falling(64, 0.1), temperature: 2, draws: 50 };
    assert.equal(byCandidates(call).settled, 50);
    assert.deepEqual(byCandidates(call).ids, byRow(call).ids);
  });
});
