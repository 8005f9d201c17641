/** Answers over a device that keeps its logits: from the largest of a row, and from whole rows where those do not settle a token. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { add, alone, finish, makeScheduler, text, type Answer, type Ask } from './scheduling.js';

/** What whole rows give, and what a device that keeps them gives, with the rows that it was asked for. */
function bothWays(asks: readonly Ask[], vocabulary: number, unitsAtOnce: readonly number[] = []) {
  const run = (keepsLogits: boolean) => {
    const scheduler = makeScheduler({ vocabulary, contextLength: 256, pages: 64, keepsLogits });
    const handles = asks.map((ask) => {
      for (const units of unitsAtOnce) scheduler.run(units);
      return add(scheduler, ask);
    });
    const answers = finish(scheduler);
    return {
      answers: handles.map((handle) => answers.get(handle)!),
      rows: scheduler.rowsBrought(),
    };
  };
  return { whole: run(false), kept: run(true) };
}

function assertAlike(actual: Answer, expected: Answer): void {
  assert.deepEqual(actual.ids, expected.ids);
  assert.equal(actual.text, expected.text);
  actual.logProbabilities.forEach((p, i) => {
    assert.ok(Math.abs(p - expected.logProbabilities[i]!) <= 1e-5, `token ${i}`);
  });
  assert.deepEqual(
    actual.ends.map((end) => 'reason' in end && end.reason),
    expected.ends.map((end) => 'reason' in end && end.reason),
  );
}

const vocabulary = 400;
const ask = { tokens: text(20), maxTokens: 12 };

describe('over a device that keeps its logits', () => {
  it('every request gets the answer that whole rows give', () => {
    const request = fc.record({
      tokens: fc
        .record({ length: fc.integer({ min: 1, max: 60 }), seed: fc.nat(2), fork: fc.nat(50) })
        .map(({ length, seed, fork }) => text(length, seed, fork)),
      lane: fc.nat(3),
      maxTokens: fc.nat(15),
      temperature: fc.constantFrom(0, 0.1, 0.5, 1),
      topK: fc.constantFrom(0, 5, 100),
      topP: fc.constantFrom(1, 0.9, 0.3),
      minP: fc.constantFrom(0, 0.1),
      repetitionPenalty: fc.constantFrom(1, 1.2, 0.8),
      seed: fc.nat(),
      heal: fc.nat(2),
      draftLength: fc.nat(6),
      bannedTokens: fc.array(fc.nat(49), { maxLength: 5 }).map((ids) => Int32Array.from(ids)),
    });
    fc.assert(
      fc.property(
        fc.array(request, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(50, 64, 65, vocabulary),
        fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 3 }),
        (asks, size, unitsAtOnce) => {
          const { whole, kept } = bothWays(asks, size, unitsAtOnce);
          kept.answers.forEach((answer, i) => {
            assertAlike(answer, whole.answers[i]!);
          });
        },
      ),
      { numRuns: 200 },
    );
  });

  it('no row is asked for where its largest logits settle the token', () => {
    for (const options of [
      {},
      { temperature: 1, topK: 40 },
      { temperature: 0.05, topP: 0.9 },
      { repetitionPenalty: 1.3, bannedTokens: Int32Array.from(alone(ask, { vocabulary })) },
    ]) {
      const { whole, kept } = bothWays([{ ...ask, ...options }], vocabulary);
      assertAlike(kept.answers[0]!, whole.answers[0]!);
      assert.equal(kept.rows, 0, JSON.stringify(options));
    }
  });

  it('a row is asked for once for each token that they do not settle', () => {
    for (const options of [
      { temperature: 1 },
      { temperature: 1, topK: 100 },
      { repetitionPenalty: 0.9 },
    ]) {
      const { whole, kept } = bothWays([{ ...ask, ...options }], vocabulary);
      assertAlike(kept.answers[0]!, whole.answers[0]!);
      assert.equal(kept.rows, 12, JSON.stringify(options));
    }
  });

  it('rows are asked for while an answer must begin with given bytes, and no longer', () => {
    const { whole, kept } = bothWays([{ ...ask, heal: 1 }], vocabulary);
    assertAlike(kept.answers[0]!, whole.answers[0]!);
    assert.equal(kept.rows, 1);
  });

  it('drafts are verified by the largest logits, and end where they are wrong', () => {
    const answer = alone(ask, { vocabulary });
    const wrong = answer.map((id, i) => (i % 5 === 4 ? (id + 1) % vocabulary : id));
    const draftSources = [Int32Array.from([...ask.tokens.subarray(-3), ...wrong])];
    const { kept } = bothWays([{ ...ask, draftSources, draftLength: 9 }], vocabulary);
    assert.deepEqual(kept.answers[0]?.ids, answer);
    assert.equal(kept.rows, 0);
  });

  it('a prompt alone asks for nothing', () => {
    assert.equal(bothWays([{ ...ask, maxTokens: 0 }], vocabulary).kept.rows, 0);
  });
});
