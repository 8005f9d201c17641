/** What repetition makes likely, and how it is mixed into a model's own distribution. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { testingAddon } from '../addons.js';

const ids = (text: string): Int32Array => Int32Array.from(Buffer.from(text, 'latin1'));

/** Odds of characters behind `read`, by character. */
function odds(read: string, { share = 0.5, breaks = '' } = {}): Record<string, number> {
  const mixture = new (testingAddon().CopyMixture)(share, ids(breaks));
  mixture.push(ids(read));
  return Object.fromEntries(mixture.odds().map(([id, value]) => [String.fromCharCode(id), value]));
}

/** The same by looking everywhere. */
function reference(read: readonly number[], share: number): Map<number, number> {
  const weights = new Map<number, number>();
  let longest = 0;
  for (let end = read.length - 2; end >= 1; end--) {
    let length = 0;
    while (length < 16 && length <= end && read[end - length] === read[read.length - 1 - length])
      length++;
    if (length < 2) continue;
    const next = read[end + 1]!;
    weights.set(next, (weights.get(next) ?? 0) + 2 ** length);
    longest = Math.max(longest, length);
  }
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  const part = (share * (Math.min(longest, 6) - 1)) / 5;
  return new Map([...weights].map(([id, weight]) => [id, (part / (1 - part)) * (weight / total)]));
}

const near = (actual: number | undefined, expected: number) => {
  assert.ok(Math.abs((actual ?? NaN) - expected) < 1e-4, `${actual} is not ${expected}`);
};

describe('the copy mixture', () => {
  it('says what followed where the last tokens stood before, all of its share behind six', () => {
    assert.deepEqual(odds('abcdef.abcdef'), { '.': 1 });
    near(odds('abcdef.abcdef', { share: 0.75 })['.'], 3);
  });

  it('says less the shorter the match, and nothing behind a single token', () => {
    near(odds('abX.-ab')['X'], 0.1 / 0.9);
    assert.deepEqual(odds('aX.-a'), {});
    assert.deepEqual(odds('a'), {});
    assert.deepEqual(odds(''), {});
  });

  it('lets longer matches weigh more than shorter ones', () => {
    const { X = 0, Y = 0 } = odds('-abX/abY.-ab');
    near(X / Y, 2);
  });

  it('neither matches across tokens that no answer has, nor proposes them', () => {
    assert.deepEqual(odds('ab|cX a.ab|c', { breaks: '|' }), {});
    assert.deepEqual(odds('abc|.abc', { breaks: '|' }), {});
  });

  it('agrees with a search of the whole text', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 40, size: 'max' }),
        fc.double({ min: 0.01, max: 0.9, noNaN: true }),
        (read, share) => {
          const mixture = new (testingAddon().CopyMixture)(share, new Int32Array());
          mixture.push(Int32Array.from(read));
          const found = new Map(mixture.odds());
          const expected = reference(read, share);
          assert.deepEqual([...found.keys()].sort(), [...expected.keys()].sort());
          for (const [id, value] of expected)
            assert.ok(Math.abs(found.get(id)! - value) < 1e-4 * (1 + value));
        },
      ),
    );
  });

  it('changes probabilities by its odds, and none by itself', () => {
    const logits = Float32Array.of(1, 2, 3, 0);
    const draw = (given: number[]) => {
      const drawn = testingAddon().sample({ logits, odds: Float32Array.from(given) });
      return [drawn.ids[0], drawn.logProbabilities[0]] as const;
    };
    const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
    const [id, own] = draw([0, 0, 0, 0]);
    assert.equal(id, 2);
    near(own, Math.log(Math.exp(3) / sum));
    // Half for each of two: the copied token has the model's own probability besides.
    const [copied, mixed] = draw([2, 0, 0, 2]);
    assert.equal(copied, 0);
    near(mixed, Math.log((Math.exp(1) / sum + 2) / 5));
    const [kept, less] = draw([0, 0, 0, 0.1]);
    assert.equal(kept, 2);
    near(less, Math.log(Math.exp(3) / sum / 1.1));
  });

  it('draws from the mixture, and leaves the impossible as it is', () => {
    const logits = Float32Array.of(-Infinity, NaN, 4, 0);
    const given = {
      logits,
      odds: Float32Array.of(9, 0, 0, 0),
      temperature: 1,
      draws: 400,
      seed: 7,
    };
    const zeros = testingAddon()
      .sample(given)
      .ids.filter((id) => id === 0).length;
    assert.ok(zeros > 330 && zeros < 390, `${zeros} of 400`);
    assert.equal(
      testingAddon()
        .sample({ ...given, banned: Int32Array.of(0) })
        .ids.includes(0),
      false,
    );
  });
});
