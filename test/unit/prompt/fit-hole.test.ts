import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fitHole, type Cuts } from '../../../server/prompt/fit-hole.js';
import { splitsPair, type SplitText } from '../../../server/prompt/newline.js';

/** Words with a leading space, single characters otherwise. */
const countTokens = (text: string) => text.match(/ ?\w+| +|[^]/gu)?.length ?? 0;

const code = (lines: number) =>
  Array.from({ length: lines }, (_, i) => `  const value${i} = compute(${i});\n`).join('');

/** The cuts of one plan after the other, each told of the one before. */
function cutsInTurn(holes: readonly SplitText[], room: number): Cuts[] {
  const all: Cuts[] = [];
  for (const hole of holes) all.push(fitHole(hole, room, countTokens, all.at(-1)).cuts);
  return all;
}

function changes(cuts: readonly Cuts[]): number {
  return cuts.filter(({ start, end }, i) => {
    const before = cuts[i - 1];
    return before !== undefined && (before.start !== start || before.end !== end);
  }).length;
}

const room = 472;
const suffix = `\n${code(100)}`;

describe('the cuts of a long document', () => {
  it('stay while a text grows and shrinks around their limit', () => {
    // Wherever the limit may lie, some of these texts swing around it.
    for (let lines = 40; lines < 60; lines++) {
      const swinging = Array.from({ length: 60 }, (_, i) => ({
        prefix: code(lines) + 'a, '.repeat(i % 6),
        suffix,
      }));
      assert.ok(changes(cutsInTurn(swinging, room)) <= 1, `${lines} lines`);
    }
  });

  it('move only every few lines while somebody types', () => {
    const typed = 'const answer = items.map((item) => item.value).filter(Boolean);\n  '.repeat(8);
    const holes = Array.from(typed, (_, n) => ({ prefix: code(100) + typed.slice(0, n), suffix }));
    // 160 tokens typed, against steps of 59.
    assert.ok(changes(cutsInTurn(holes, room)) <= 3);
  });

  it('leave slack for some more lines when they are made anew', () => {
    for (let lines = 60; lines < 90; lines++) {
      const hole = { prefix: code(lines), suffix };
      const { cuts } = fitHole(hole, room, countTokens);
      const longer = { prefix: `${hole.prefix}  call(one, two);\n  more(three);\n`, suffix };
      assert.deepEqual(fitHole(longer, room, countTokens, cuts).cuts, cuts, `${lines} lines`);
    }
  });

  it('are given up for a cursor far away, up or down', () => {
    const { cuts } = fitHole({ prefix: code(100), suffix }, room, countTokens);
    assert.ok(cuts.start > 0 && cuts.end > 0);
    for (const lines of [70, 80, 130, 1000]) {
      const { start } = fitHole({ prefix: code(lines), suffix }, room, countTokens, cuts).cuts;
      assert.ok(lines < 100 ? start < cuts.start : start > cuts.start, `${lines} lines`);
    }
  });

  it('are given up for a document that fits as a whole again', () => {
    let lines = 1;
    let { cuts } = fitHole({ prefix: code(lines), suffix: '' }, room, countTokens);
    while (cuts.start === 0) {
      ({ cuts } = fitHole({ prefix: code(++lines), suffix: '' }, room, countTokens, cuts));
    }
    const shorter = { prefix: code(lines - 8), suffix: '' };
    assert.deepEqual(fitHole(shorter, room, countTokens, cuts).cuts, { start: 0, end: 0 });
  });

  it('are given up where they leave too little of the suffix', () => {
    const all = code(200);
    const split = (line: number) => {
      const at = all.indexOf(`  const value${line} `);
      return { prefix: all.slice(0, at), suffix: all.slice(at) };
    };
    const { cuts, suffix: first } = fitHole(split(100), room, countTokens);
    const down = split(100 + first.split('\n').length - 2);
    const after = fitHole(down, room, countTokens, cuts);
    assert.ok(countTokens(after.suffix) > room / 8, after.suffix);
  });

  it('give parts that fit and touch the cursor, whatever came before', () => {
    const text = fc
      .array(fc.constantFrom('\n', '    ', 'word', 'a.b(c)', '漢字', '😀', code(3)), {
        maxLength: 60,
      })
      .map((parts) => parts.join(''));
    const cuts = fc.record({ start: fc.nat(900), end: fc.nat(900) });
    fc.assert(
      fc.property(text, text, fc.nat(400), cuts, (prefix, rest, tokens, previous) => {
        const fitted = fitHole({ prefix, suffix: rest }, tokens, countTokens, previous);
        assert.ok(countTokens(fitted.prefix) + countTokens(fitted.suffix) <= tokens);
        assert.equal(prefix.slice(fitted.cuts.start), fitted.prefix);
        assert.equal(rest.slice(0, rest.length - fitted.cuts.end), fitted.suffix);
        assert.ok(!splitsPair(prefix, fitted.cuts.start));
        assert.ok(!splitsPair(rest, fitted.suffix.length));
        // What is planned again from its own cuts does not move.
        const again = fitHole({ prefix, suffix: rest }, tokens, countTokens, fitted.cuts);
        assert.deepEqual(again, fitted);
      }),
      { numRuns: 500 },
    );
  });
});
