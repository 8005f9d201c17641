import assert from 'node:assert/strict';
import fc from 'fast-check';
import { EngineError } from '../../../server/engine/contract.js';
import { pairedDifference } from '../../../server/eval/compare/bootstrap.js';
import {
  compareRuns,
  comparisonNotes,
  comparisonTable,
  verdictOf,
} from '../../../server/eval/compare/compare.js';
import { mcnemar } from '../../../server/eval/compare/mcnemar.js';
import { parsePredictions, type Marks } from '../../../server/eval/compare/read-predictions.js';

const marks = (id: string, exact: boolean, more: Partial<Marks> = {}): Marks => ({
  ...{ id, file: `${id}.ts`, exact, nonTrivial: true, editSimilarity: exact ? 1 : 0.5 },
  ...{ stopsRight: exact, prefilledTokens: 100, ms: 10 },
  ...more,
});
const run = (...all: readonly Marks[]): Map<string, Marks> =>
  new Map(all.map((one) => [one.id, one]));

describe("McNemar's exact test", () => {
  for (const [a, b, p] of [
    [0, 0, 1],
    [5, 5, 1],
    [0, 1, 1],
    [0, 5, 0.0625],
    [1, 9, 0.021484375],
    [2, 8, 0.109375],
  ] as const)
    it(`gives ${p} for ${a} against ${b}`, () => {
      assert.ok(Math.abs(mcnemar(a, b) - p) < 1e-12, String(mcnemar(a, b)));
    });

  it('is a probability, the same both ways, for any numbers', () => {
    fc.assert(
      fc.property(fc.nat(3000), fc.nat(3000), (a, b) => {
        const p = mcnemar(a, b);
        assert.ok(p >= 0 && p <= 1, String(p));
        assert.ok(Math.abs(p - mcnemar(b, a)) < 1e-9);
      }),
      { numRuns: 50 },
    );
  });
});

describe('the paired difference', () => {
  it('is certain where every hole differs by the same', () => {
    const pairs = ['x', 'y', 'z'].map((file) => ({ file, a: 1, b: 3 }));
    assert.deepEqual(pairedDifference(pairs), { mean: 2, interval: [2, 2] });
  });

  it('has an interval around its mean, the same every time', () => {
    const pairs = Array.from({ length: 40 }, (_, i) => ({
      file: `${i}`,
      a: i % 3,
      b: (i * 7) % 5,
    }));
    const found = pairedDifference(pairs);
    assert.ok(found);
    assert.ok(found.interval[0] < found.mean && found.mean < found.interval[1]);
    assert.deepEqual(pairedDifference(pairs), found);
  });

  it('is less certain where the holes are of few files', () => {
    const width = (files: number): number => {
      const pairs = Array.from({ length: 60 }, (_, i) => ({
        file: String(i % files),
        a: 0,
        b: i % files < files / 2 ? 1 : 0,
      }));
      const { interval } = pairedDifference(pairs)!;
      return interval[1] - interval[0];
    };
    assert.ok(width(4) > 2 * width(60));
  });

  it('is none without holes', () => {
    assert.equal(pairedDifference([]), undefined);
  });
});

describe('a comparison of two runs', () => {
  it('counts the holes that both have', () => {
    const a = run(marks('1', true), marks('2', false), marks('3', false), marks('only', true));
    const b = run(marks('3', true), marks('2', true), marks('1', true, { prefilledTokens: 4 }));
    const compared = compareRuns(a, b);
    assert.deepEqual([compared.n, compared.unpaired], [3, 1]);
    assert.deepEqual(compared.mcnemar, { onlyA: 0, onlyB: 2, p: 0.5 });
    assert.deepEqual([compared.exact?.a, compared.exact?.b], [1 / 3, 1]);
    assert.equal(compared.prefilledPerHole?.mean, -32);
    assert.match(
      comparisonNotes(compared).join('\n'),
      /in B alone: 2; .* p = 0\.500.*\n.*\n1 holes/,
    );
  });

  it('looks at telling holes apart', () => {
    const a = run(marks('1', true), marks('2', true, { nonTrivial: false }));
    assert.equal(compareRuns(a, a).exactNonTrivial?.n, 1);
  });

  it('compares parses and tests where both runs have them', () => {
    const a = run(marks('1', true, { parsesClean: true, verdict: 'failed' }), marks('2', true));
    const b = run(
      marks('1', true, { parsesClean: false, verdict: 'passed' }),
      marks('2', true, { verdict: 'passed' }),
    );
    const { parsesClean, passed } = compareRuns(a, b);
    assert.deepEqual([parsesClean?.n, parsesClean?.mean], [1, -1]);
    assert.deepEqual([passed?.n, passed?.mean], [1, 1]);
    assert.equal(compareRuns(a, a).passed?.mean, 0);
    assert.equal(compareRuns(run(marks('1', true)), a).passed, null);
  });

  it('calls nothing better of which the interval holds zero', () => {
    assert.equal(verdictOf({ mean: 1, interval: [0, 2] }), 'no difference shown');
    assert.equal(verdictOf({ mean: 1, interval: [0.1, 2] }), 'B more');
    assert.equal(verdictOf({ mean: -1, interval: [-2, -0.1] }), 'B less');
  });

  it('shows shares in percent and their differences in points', () => {
    const ids = Array.from({ length: 10 }, (_, i) => String(i));
    const a = run(...ids.map((id) => marks(id, false)));
    const b = run(...ids.map((id) => marks(id, true)));
    const [head, exact] = comparisonTable(compareRuns(a, b));
    assert.deepEqual(head, ['', 'holes', 'A', 'B', 'B − A', '95 % interval', '']);
    assert.deepEqual(exact, [
      'exact',
      '10',
      '0.0 %',
      '100.0 %',
      '+100.0',
      '+100.0 … +100.0',
      'B more',
    ]);
  });

  it('has nothing to say where no hole is in both', () => {
    const compared = compareRuns(run(marks('1', true)), run(marks('2', true)));
    assert.deepEqual([compared.n, compared.exact, compared.unpaired], [0, null, 2]);
  });
});

describe('files of predictions', () => {
  it('are read as they were written', () => {
    const text = [marks('1', true), marks('2', false)].map((one) => JSON.stringify(one)).join('\n');
    assert.deepEqual(
      [...parsePredictions(`${text}\n`, 'a').values()],
      [marks('1', true), marks('2', false)],
    );
  });

  it('are refused where a line is something else, or there twice', () => {
    const line = JSON.stringify(marks('1', true));
    for (const [text, why] of [
      ['{}', /line 1 of a is no prediction/],
      [`${line}\nnull`, /line 2 of a is no prediction/],
      [line.replace('"ms":10', '"ms":null'), /no prediction/],
      [line.replace('"ms":10', '"ms":10,"verdict":"maybe"'), /no prediction/],
      [`${line}\n${line}`, /line 2 of a is there twice/],
    ] as const)
      assert.throws(
        () => parsePredictions(text, 'a'),
        (error) => error instanceof EngineError && why.test(error.message),
      );
  });
});
