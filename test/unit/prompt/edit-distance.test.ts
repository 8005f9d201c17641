import assert from 'node:assert/strict';
import fc from 'fast-check';
import { editDistance } from '../../../server/prompt/edit-distance.js';

/** The textbook's table: the distance of `before` to each beginning of `after`. */
function distances(before: readonly string[], after: readonly string[]): number[] {
  let row = after.map((_, i) => i + 1);
  row.unshift(0);
  for (const [i, element] of before.entries()) {
    const next = [i + 1];
    for (const [j, other] of after.entries()) {
      const replaced = row[j]! + (element === other ? 0 : 1);
      next.push(Math.min(replaced, row[j + 1]! + 1, next[j]! + 1));
    }
    row = next;
  }
  return row;
}

const letters = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 24, size: 'max' });

describe('the edit distance', () => {
  it('is the textbook one, as far as it is asked for', () => {
    fc.assert(
      fc.property(letters, letters, fc.nat(24), fc.boolean(), (before, after, most, whole) => {
        const all = distances(before, after);
        const expected = whole ? all.at(-1)! : Math.min(...all);
        assert.equal(
          editDistance(before, after, most, whole),
          expected <= most ? expected : undefined,
        );
      }),
      { numRuns: 3000 },
    );
  });

  it('looks no farther than it has to', () => {
    const before = Array.from({ length: 100_000 }, (_, i) => i);
    assert.equal(editDistance(before, [1, ...before], 3, true), 1);
    assert.equal(editDistance(before, before.toReversed(), 50, true), undefined);
  });
});
