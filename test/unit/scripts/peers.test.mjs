import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { inRoot } from '../../../scripts/lib/paths.mjs';
import { filesUnder } from '../../../scripts/lib/stamp.mjs';

const page = readFileSync(inRoot('docs/peers.md'), 'utf8');
const rows = page.split('\n').filter((line) => line.startsWith('| ') && !/^\| (\||bug)/.test(line));
/** The last cell of a row. */
const heldBy = (row) => row.split(' | ').at(-1).replace(/ \|$/, '');

/** `test/…` “name” “name”; … as `{ file, names }`. */
function testsIn(cell) {
  return [...cell.matchAll(/`(test\/[^`]+)`((?: “[^”]+”)+)/g)].map(([, file, names]) => ({
    file,
    names: [...names.matchAll(/“([^”]+)”/g)].map((match) => match[1]),
  }));
}

describe('the complaints of other tools’ users', () => {
  it('are all in the table, eighteen and the bugs', () => {
    const numbers = rows.map((row) => Number(/^\| (\d+) \|/.exec(row)?.[1] ?? NaN));
    assert.deepEqual(
      numbers.filter((number) => !Number.isNaN(number)),
      Array.from({ length: 18 }, (_, index) => index + 1),
    );
    assert.ok(rows.length >= 18 + 5);
  });

  it('have a test each, or a reason', () => {
    for (const row of rows) {
      const reason = /(?:^| )(?:Not yet|Comes with \w+)[:,] \w+/.test(heldBy(row));
      assert.ok(testsIn(heldBy(row)).length > 0 || reason, row);
    }
  });

  it('name only tests that there are', () => {
    const strays = rows.flatMap((row) =>
      testsIn(heldBy(row)).flatMap(({ file, names }) => {
        const text = existsSync(inRoot(file)) ? readFileSync(inRoot(file), 'utf8') : '';
        // As the name of a test or of a case: where a quote begins it.
        return names.filter(
          (name) => !["'", '"', '`'].some((quote) => text.includes(quote + name)),
        );
      }),
    );
    assert.deepEqual(strays, []);
  });

  it('leave out no file of tests that was written for one of them', () => {
    const named = new Set(rows.flatMap((row) => testsIn(heldBy(row)).map(({ file }) => file)));
    const written = filesUnder(['test/peers'], (file) => file.endsWith('.test.ts'));
    assert.deepEqual(
      written.filter((file) => !named.has(file)),
      [],
    );
  });
});
