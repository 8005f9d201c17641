import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { cutHole, demoHole, surroundings } from '../../../scripts/lib/demo-hole.mjs';
import { inRoot } from '../../../scripts/lib/paths.mjs';

describe('the hole of the demo', () => {
  it('stands in its file, and closes to the same text', () => {
    const text = readFileSync(inRoot(demoHole.file), 'utf8');
    const { prefix, suffix } = cutHole(text, demoHole);
    assert.equal(prefix + demoHole.hole + suffix, text);
  });

  it('is counted from 1, in lines and columns', () => {
    const hole = cutHole('a();\nfoo();\nb = foo();\n', { within: 'b', before: 'foo(', hole: ')' });
    assert.deepEqual(hole, { prefix: 'a();\nfoo();\nb = foo(', suffix: ';\n', line: 3, column: 9 });
  });

  it('is missed with a word about what was looked for', () => {
    assert.throws(
      () => cutHole('x', { within: 'x', before: 'y', hole: 'z' }),
      /does not hold `yz` after `x`/,
    );
  });

  it('is shown with numbered lines around it', () => {
    const hole = cutHole('one\ntwo\nthree\nfour\nfive', { within: '', before: 'th', hole: 're' });
    assert.deepEqual(surroundings(hole, 1, 5), {
      above: ['   2 │ two'],
      start: '   3 │ th',
      end: 'e',
      below: ['   4 │ four', '   5 │ five'],
    });
  });
});
