import assert from 'node:assert/strict';
import fc from 'fast-check';
import { editSimilarity } from '../../../server/eval/metrics/edit-similarity.js';
import { isExact, isNonTrivial } from '../../../server/eval/metrics/exact-match.js';
import { stopsRight } from '../../../server/eval/metrics/stop-place.js';
import { parsesClean } from '../../../server/eval/metrics/syntax-check.js';

const inserted = (text: string) => ({ text, replaced: 0 });

describe('exact match', () => {
  for (const [gold, text, exact] of [
    ['a + b;', 'a + b;', true],
    ['a + b;', 'a + b', false],
    ['a;\n  b;', 'a;  \r\n  b;\n', true],
    ['a;\n  b;', 'a;\nb;', false],
    [' a', 'a', false],
  ] as const)
    it(`${exact ? 'takes' : 'refuses'} ${JSON.stringify(text)} for ${JSON.stringify(gold)}`, () => {
      assert.equal(isExact(gold, '\nmore', inserted(text)), exact);
    });

  it('compares documents where an answer takes the place of closing brackets', () => {
    assert.ok(isExact('x', ')\n', { text: 'x)', replaced: 1 }));
    assert.ok(!isExact('x', ')\n', { text: 'x)', replaced: 0 }));
    assert.ok(!isExact('x', ')\n', { text: 'x', replaced: 1 }));
  });

  for (const [gold, telling] of [
    ['});', false],
    ['"', false],
    ['  end', false],
    ['} else {', true],
    ['endless', true],
    ['é', true],
    ['0', true],
  ] as const)
    it(`counts ${JSON.stringify(gold)} as ${telling ? 'more than' : 'nothing but'} brackets`, () => {
      assert.equal(isNonTrivial(gold), telling);
    });
});

describe('edit similarity', () => {
  for (const [a, b, similarity] of [
    ['', '', 1],
    ['', 'abc', 0],
    ['kitten', 'sitting', 1 - 3 / 7],
    ['abc', 'xyz', 0],
    ['flaw', 'lawn', 0.5],
    ['😀', '😃', 0],
  ] as const)
    it(`of ${JSON.stringify(a)} and ${JSON.stringify(b)} is ${similarity.toFixed(2)}`, () => {
      assert.equal(editSimilarity(a, b), similarity);
    });

  it('is the same both ways, within 0 … 1, and 1 for the same text alone', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '😀'), maxLength: 12 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        const similarity = editSimilarity(a, b);
        assert.equal(similarity, editSimilarity(b, a));
        assert.ok(similarity >= 0 && similarity <= 1);
        assert.equal(similarity === 1, a === b);
      }),
    );
  });

  it('agrees with the recursive definition of the distance', () => {
    const distance = (a: string, b: string): number => {
      if (a === '' || b === '') return a.length + b.length;
      const [restA, restB] = [a.slice(1), b.slice(1)];
      if (a[0] === b[0]) return distance(restA, restB);
      return 1 + Math.min(distance(restA, b), distance(a, restB), distance(restA, restB));
    };
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        const longer = Math.max(a.length, b.length, 1);
        assert.ok(Math.abs(editSimilarity(a, b) - (1 - distance(a, b) / longer)) < 1e-12);
      }),
    );
  });
});

describe('stopping at the right place', () => {
  const right = (prefix: string, gold: string, suffix: string, text: string, replaced = 0) =>
    stopsRight(prefix, gold, suffix, { text, replaced });

  it('is what an answer with other words does', () => {
    assert.ok(right('  call(', 'a, b', ')', 'c'));
    assert.ok(right('if (x) {\n  ', 'one();\n  two();', '\n}', 'three();\n  four();\n  five();'));
  });

  it('is not what an answer does that goes on, or ends early', () => {
    assert.ok(!right('  call(', 'a, b', ')', 'a, b)'));
    assert.ok(!right('  x = ', 'f(a)', '', 'f(a'));
    assert.ok(!right('  x = ', 'f(a)', '', 'f(a)\n  y = 1'));
    assert.ok(!right('if (x) {\n  ', 'one();\n  two();', '\n}', 'one();\n  if (y) {\n    two();'));
    assert.ok(!right('a = ', 'b', '', ''));
  });

  it('is to say nothing where nothing is missing', () => {
    assert.ok(right('a = b', ' ', '', ''));
    assert.ok(!right('a = b', ' ', '', ';'));
  });

  it('knows of brackets that the answer takes the place of', () => {
    assert.ok(right('call(', 'a', ')', 'c)', 1));
  });

  it('is what every exact answer does', () => {
    const unit = fc.constantFrom(...Array.from('ab (){}[]\n"\'\\'));
    const text = fc.string({ unit, maxLength: 20 });
    fc.assert(
      fc.property(text, text, (prefix, gold) => {
        assert.ok(right(prefix, gold, '\n', gold));
      }),
    );
  });
});

describe('the parse-clean rate', () => {
  const hole = { id: '1', prefix: 'f(', gold: 'x', suffix: ')', language: 'c', file: 'a.c' };
  const brackets = {
    errors: (text: string, language: string) =>
      Promise.resolve(
        language === 'c' ? Math.abs(text.split('(').length - text.split(')').length) : undefined,
      ),
  };

  it('holds the document with the answer to what the gold gives', async () => {
    assert.equal(await parsesClean(brackets, hole, inserted('y')), true);
    assert.equal(await parsesClean(brackets, hole, inserted('y)')), false);
    assert.equal(await parsesClean(brackets, hole, { text: 'y)', replaced: 1 }), true);
    const broken = { ...hole, suffix: '' };
    assert.equal(await parsesClean(brackets, broken, inserted('y')), true);
  });

  it('says nothing of a language that nothing parses', async () => {
    assert.equal(await parsesClean(brackets, { ...hole, language: 'd' }, inserted('')), undefined);
  });
});
