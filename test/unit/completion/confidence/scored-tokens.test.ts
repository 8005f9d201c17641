import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  scoredTokens,
  tokensBehind,
  tokensWithin,
} from '../../../../server/completion/confidence/scored-tokens.js';

/** Pieces of `text` by the tokens that wrote them; the n-th token of an answer has log-probability −n. */
function pieces(tokens: readonly string[], text: string, healed = false): [string, number][] {
  const generated = tokens.map((piece, at) => ({ text: piece, logProbability: -at }));
  let start = 0;
  return scoredTokens(generated, text, healed).map(({ end, logProbability }) => {
    const piece = text.slice(start, end);
    start = end;
    return [piece, -logProbability];
  });
}

describe('scored tokens', () => {
  it('are those of the text', () => {
    assert.deepEqual(pieces(['foo', '(', 'a', ')'], 'foo(a)'), [
      ['foo', 0],
      ['(', 1],
      ['a', 2],
      [')', 3],
    ]);
  });

  it('end where the filters cut, inside a token as well', () => {
    assert.deepEqual(pieces(['foo', '()', ';', '\n}'], 'foo('), [
      ['foo', 0],
      ['(', 1],
    ]);
    assert.deepEqual(pieces(['foo', '()'], ''), []);
  });

  it('leave out blanks at the beginning that the document has already', () => {
    assert.deepEqual(pieces([' ', ' foo', '()'], 'foo()'), [
      ['foo', 1],
      ['()', 2],
    ]);
  });

  it('know line ends, whichever were written', () => {
    const wanted: [string, number][] = [
      ['a', 0],
      ['\n', 1],
      ['b', 2],
    ];
    assert.deepEqual(pieces(['a', '\n', 'b'], 'a\nb'), wanted);
    assert.deepEqual(pieces(['a', '\r\n', 'b'], 'a\nb'), wanted);
  });

  it('bear indentation that was changed', () => {
    assert.deepEqual(pieces(['a;\n', '\t', 'b;'], 'a;\n    b;'), [
      ['a;\n', 0],
      ['    b;', 2],
    ]);
  });

  it('do not have what was added behind the text', () => {
    assert.deepEqual(pieces(['a', ';'], 'a;\n  '), [
      ['a', 0],
      [';', 1],
    ]);
  });

  it('share a character that several of them write', () => {
    const generated = ['', '', '👍', 'a'].map((text, at) => ({ text, logProbability: -at }));
    assert.deepEqual(
      scoredTokens(generated, '👍a', false).map(({ end }) => end),
      [2, 2, 2, 3],
    );
    assert.deepEqual(scoredTokens(generated, '', false), []);
  });

  it('are not those that only write the end of the prompt again', () => {
    assert.deepEqual(pieces(['', '', 'o', '()'], 'o()', true), [
      ['o', 2],
      ['()', 3],
    ]);
    assert.deepEqual(pieces(['', ''], '', true), []);
  });

  it('end where the text is another one', () => {
    assert.deepEqual(pieces(['a', 'b', 'c'], 'axc'), [['a', 0]]);
  });

  it('cover every head of what was generated, and nothing else', () => {
    const unit = fc.constantFrom('a', 'bc', ' ', '\n', '(', '👍', '  d');
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 30, size: 'max' }), fc.nat(), (tokens, cut) => {
        const whole = tokens.join('');
        const text = whole.slice(0, cut % (whole.length + 1));
        const covered = pieces(tokens, text);
        assert.equal(covered.map(([piece]) => piece).join(''), text);
        covered.forEach(([piece, at]) => {
          assert.ok(tokens[at]?.startsWith(piece));
        });
      }),
    );
  });

  it('of a rest and of a head are together those of the text', () => {
    const tokens = scoredTokens(
      ['ab', '', '👍', 'cd'].map((text, at) => ({ text, logProbability: -at })),
      'ab👍cd',
      false,
    );
    assert.deepEqual(tokensWithin(tokens, 3), [
      { end: 2, logProbability: -0 },
      { end: 3, logProbability: -1 },
      { end: 3, logProbability: -2 },
    ]);
    assert.deepEqual(tokensBehind(tokens, 5), [{ end: 1, logProbability: -3 }]);
    assert.deepEqual(tokensWithin(tokens, 6), tokens);
    assert.deepEqual(tokensBehind(tokens, 0), tokens);
  });
});
