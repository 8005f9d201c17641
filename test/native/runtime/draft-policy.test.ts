/** How many tokens of a draft are verified. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { testingAddon } from '../addons.js';
import type { DraftPolicy } from '../addons.js';
import { createRandom } from '../random.js';

const MOST_ROWS = 6;
const policy = (): DraftPolicy => new (testingAddon().DraftPolicy)(MOST_ROWS);

/** One that has timed one-row passes of a second. */
function timed(): DraftPolicy {
  const made = policy();
  for (let i = 0; i < 3; i++) made.passed(1, 0, 0, 1);
  return made;
}

interface World {
  /** Seconds of a pass by rows - 1. */
  readonly cost: readonly number[];
  /** Share of right first tokens by trust. */
  readonly right: (trust: number) => number;
  readonly trust: (token: number) => number;
}

/** Decodes `tokens` tokens; returns how long it took and would have taken without drafts. */
function decode(made: DraftPolicy, world: World, tokens: number, seed: number) {
  const random = createRandom(seed);
  const chance = (share: number): boolean => random.below(1e6) < share * 1e6;
  let seconds = 0;
  let drafted = 0;
  for (let done = 0; done < tokens;) {
    const trust = world.trust(done);
    const length = made.length(trust, MOST_ROWS, 1);
    let accepted = 0;
    while (accepted < length && chance(world.right(trust + accepted))) accepted++;
    for (let i = 0; i <= Math.min(accepted, length - 1); i++) made.observe(trust + i, i < accepted);
    if (length === 0 && trust > 0) made.observe(trust, chance(world.right(trust)));
    const step = world.cost[length]!;
    made.passed(1 + length, length, accepted, step);
    seconds += step;
    drafted += length;
    done += 1 + accepted;
  }
  return { seconds, plain: tokens * world.cost[0]!, drafted };
}

describe('what a pass costs', () => {
  it('is guessed until it has been timed more than once', () => {
    const made = timed();
    assert.equal(made.cost(1), 1);
    const guess = made.cost(3);
    assert.ok(guess > 1 && guess < 3);
    made.passed(3, 0, 0, 2);
    made.passed(3, 0, 0, 2);
    assert.equal(made.cost(3), guess);
    made.passed(3, 0, 0, 2);
    assert.equal(made.cost(3), 2);
  });

  it('lies between the row counts that were timed', () => {
    const made = timed();
    for (let i = 0; i < 3; i++) made.passed(5, 0, 0, 3);
    assert.deepEqual(
      [2, 3, 4, 5].map((rows) => made.cost(rows)),
      [1.5, 2, 2.5, 3],
    );
    assert.ok(made.cost(6) > 3);
  });

  it('takes no notice of an accident', () => {
    const made = timed();
    for (const seconds of [1.5, 60, 1.5, 1.5, 90]) made.passed(2, 0, 0, seconds);
    made.passed(1, 0, 0, 500);
    assert.equal(made.cost(2), 1.5);
  });

  it('is relative to the passes around it', () => {
    const made = timed();
    for (let i = 0; i < 7; i++) made.passed(1, 0, 0, 10);
    for (let i = 0; i < 3; i++) made.passed(2, 0, 0, 15);
    assert.equal(made.cost(2), 1.5);
  });

  it('is forgotten after some hundred passes', () => {
    const made = timed();
    const guess = made.cost(2);
    for (let i = 0; i < 3; i++) made.passed(2, 0, 0, 5);
    assert.equal(made.cost(2), 5);
    for (let i = 0; i < 400; i++) made.passed(1, 0, 0, 1);
    assert.equal(made.cost(2), guess);
  });

  it('is never less than that of one row, whatever was measured', () => {
    const made = timed();
    for (const seconds of [0.1, 0.1, 0.1, 0, -1, NaN, Infinity]) made.passed(2, 0, 0, seconds);
    assert.equal(made.cost(2), 1);
    made.passed(0, 0, 0, 1);
    made.passed(7, 0, 0, 1);
    made.passed(2, 1, 0, undefined);
    assert.equal(made.cost(2), 1);
  });
});

describe('the draft policy', () => {
  it('drafts nothing before a pass has been timed', () => {
    assert.equal(policy().length(64, 5, 1), 0);
  });

  it('drafts nothing where nothing is at hand and where no row is left', () => {
    const made = timed();
    assert.equal(made.length(0, 5, 1), 0);
    assert.equal(made.length(64, 0, 1), 0);
    assert.equal(made.length(64, 5, 6), 0);
    assert.equal(made.length(64, 5, 9), 0);
    assert.ok(made.length(64, 5, 5) <= 1);
  });

  it('verifies more the further a draft is trusted', () => {
    const made = timed();
    const lengths = [2, 4, 8, 16, 32].map((trust) => made.length(trust, 5, 1));
    assert.deepEqual(
      lengths,
      [...lengths].sort((a, b) => a - b),
    );
    assert.equal(lengths[0], 0);
    assert.equal(lengths.at(-1), 5);
    assert.equal(made.length(32, 3, 1), 3);
  });

  it('learns from drafts that were not verified', () => {
    const made = timed();
    assert.equal(made.length(2, 5, 1), 0);
    for (let i = 0; i < 100; i++) for (const trust of [2, 3, 4, 5]) made.observe(trust, true);
    assert.ok(made.length(2, 5, 1) > 0);
    for (let i = 0; i < 100; i++) made.observe(2, false);
    assert.equal(made.length(2, 5, 1), 0);
  });

  it('verifies nothing where a row costs as much as a pass', () => {
    const made = timed();
    for (const rows of [2, 3, 4, 5, 6]) for (let i = 0; i < 3; i++) made.passed(rows, 0, 0, rows);
    assert.equal(made.length(64, 5, 1), 0);
  });

  it('is never more than 3 % slower than no drafts, give or take two passes', () => {
    const world = fc.record({
      steps: fc.array(fc.double({ min: 0, max: 1.5, noNaN: true }), {
        minLength: MOST_ROWS,
        maxLength: MOST_ROWS,
      }),
      right: fc.double({ min: 0, max: 1, noNaN: true }),
      trust: fc.constantFrom(1, 2, 3, 5, 12, 40),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(world, ({ steps, right, trust, seed }) => {
        const cost = steps.reduce<number[]>((all, step) => [...all, all.at(-1)! + step], [1]);
        const made = policy();
        const run = decode(
          made,
          { cost, right: () => right, trust: (token) => (token % 3 === 0 ? 0 : trust) },
          1500,
          seed,
        );
        const worst = run.plain * 1.03 + 2 * cost.at(-1)!;
        assert.ok(run.seconds <= worst, `${run.seconds} s instead of ${run.plain} s`);
      }),
    );
  });

  it('keeps to that where a text deceives: trusted drafts that are always wrong', () => {
    const made = policy();
    const copying: World = {
      cost: [1, 1.4, 1.8, 2.2, 2.6, 3],
      right: () => 0.98,
      trust: () => 40,
    };
    decode(made, copying, 500, 1);
    const { seconds, plain } = decode(made, { ...copying, right: () => 0 }, 500, 2);
    assert.ok(seconds < plain * 1.03 + 6, `${seconds} s instead of ${plain} s`);
  });

  it('comes near the best fixed length while a text is copied', () => {
    const cost = [1, 1.45, 1.85, 2.2, 2.5, 2.8];
    const right = 0.93;
    const best = Math.max(
      ...cost.map((step, k) => {
        const tokens = Array.from({ length: k + 1 }, (_, i) => right ** i);
        return tokens.reduce((a, b) => a + b, 0) / step;
      }),
    );
    const made = policy();
    const { seconds } = decode(made, { cost, right: () => right, trust: () => 20 }, 2000, 7);
    assert.ok(2000 / seconds > 0.93 * best, `${2000 / seconds} instead of ${best} tokens/s`);
  });
});

describe('guesses of the model itself', () => {
  const trustInGuess = (probability: number): number =>
    testingAddon().DraftPolicy.trustInGuess(probability);

  /** Decodes with a guess before each pass that may have one; seconds with and without. */
  function guess(made: DraftPolicy, cost: number, row: number, right: number, tokens: number) {
    const random = createRandom(5);
    let seconds = 0;
    let guesses = 0;
    for (let done = 0; done < tokens;) {
      const trust = made.mayGuess() ? trustInGuess(right) : 0;
      if (trust > 0) {
        made.guessed(cost);
        seconds += cost;
        guesses++;
      }
      const length = made.length(trust, trust > 0 ? 1 : 0, 1);
      const isRight = random.below(1e6) < right * 1e6;
      made.observe(trust, isRight);
      const accepted = length > 0 && isRight ? 1 : 0;
      const step = length > 0 ? 1 + row : 1;
      made.passed(1 + length, length, accepted, step, true);
      seconds += step;
      done += 1 + accepted;
    }
    return { seconds, guesses };
  }

  it('are trusted by the probability that the module gives them, any number of them', () => {
    const trusts = [0, 0.2, 0.3, 0.6, 0.8, 0.9, 0.96, 1].map(trustInGuess);
    assert.deepEqual(
      trusts,
      trusts.toSorted((a, b) => a - b),
    );
    assert.equal(new Set(trusts).size, 6);
    for (const strange of [NaN, -1, 2, Infinity]) {
      assert.ok(trusts.includes(trustInGuess(strange)), `${strange}`);
    }
  });

  it('are not asked for before passes have been timed', () => {
    assert.equal(policy().mayGuess(), false);
    assert.equal(timed().mayGuess(), true);
  });

  it('go on as long as they pay', () => {
    const { seconds, guesses } = guess(timed(), 0.1, 0.3, 0.9, 1000);
    assert.ok(seconds < 850, `${seconds} s`);
    assert.ok(guesses > 450, `${guesses} guesses`);
  });

  it('cost no more than two hundredths of the time where they do not pay', () => {
    for (const [cost, row, right] of [
      [0.5, 0.7, 0.5],
      [0.3, 0.3, 0],
      [2, 0.1, 0.9],
    ] as const) {
      const { seconds, guesses } = guess(timed(), cost, row, right, 2000);
      assert.ok(seconds < 2000 * 1.02 + 8, `${seconds} s`);
      assert.ok(guesses > 3, 'whether they pay is never seen again');
    }
  });
});
