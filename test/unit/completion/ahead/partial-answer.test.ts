import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PartialAnswer } from '../../../../server/completion/ahead/partial-answer.js';
import type { CachePlace } from '../../../../server/completion/cache/completion-cache.js';

function place(marked: string): CachePlace {
  const [prefix = '', suffix = ''] = marked.split('█');
  return { uri: 'file:///a.ts', variant: '', prefix, suffix };
}

function answer(marked: string, certain: string): PartialAnswer {
  return new PartialAnswer(place(marked), certain);
}

describe('a partial answer', () => {
  for (const [name, at, certain, now, serves] of [
    ['where it was asked for', 'a = █;', 'value', 'a = █;', true],
    ['where some of it was typed', 'a = █;', 'value', 'a = va█;', true],
    ['where more was typed than was generated', 'a = █;', 'va', 'a = value█;', true],
    ['where nothing was generated yet', 'a = █;', '', 'a = w█;', true],
    ['where something else was typed', 'a = █;', 'value', 'a = w█;', false],
    ['where the editor has closed a bracket', 'a = █;', 'f(x)', 'a = f(█);', true],
    ['where the suffix is another', 'a = █;', 'value', 'a = v█', false],
    ['where text was deleted', 'a = █;', 'value', 'a =█;', false],
    ['in front of it', 'a = █;', 'value', 'a =█ ;', false],
  ] as const)
    it(`${serves ? 'serves' : 'does not serve'} ${name}`, () => {
      assert.equal(answer(at, certain).serves(place(now)), serves);
    });

  it('serves in its own document only, and for its own model', () => {
    const partial = answer('a = █', 'b');
    assert.ok(!partial.serves({ ...place('a = █'), uri: 'file:///b.ts' }));
    assert.ok(!partial.serves({ ...place('a = █'), variant: 'other' }));
  });

  it('grows, with any line ends', () => {
    const partial = answer('{█}', '\r\n  a();');
    partial.grow('\r\n  a();\r\n  b();');
    assert.equal(partial.text, '\n  a();\n  b();');
    assert.ok(partial.serves(place('{\n  a();\n  b█}')));
  });

  it('serves in a document wherever it serves at a place of it', () => {
    const piece = fc.constantFrom('a', 'b', '(', ')', '\n', ' ');
    const text = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, text, text, text, text, (prefix, suffix, certain, typed, closed) => {
        const partial = answer(`${prefix}█${suffix}`, certain);
        if (partial.serves(place(`${prefix}${typed}█${closed}${suffix}`)))
          assert.ok(partial.servesIn(prefix + typed + closed + suffix));
      }),
      { numRuns: 3000 },
    );
    assert.ok(!answer('a = █;', 'value').servesIn('a = w;'));
    assert.ok(!answer('a = █;', 'value').servesIn('a ='));
  });
});
