import assert from 'node:assert/strict';
import { balance, openQuote } from '../../../server/completion/brackets.js';

describe('brackets', () => {
  for (const [text, closed, open] of [
    ['a(b)[c]{d}', '', 0],
    ['x)', ')', 0],
    ['f(x))]', ')]', 0],
    ['f(x', '', 1],
    ['")"', '', 0],
    ['"a', '', 1],
    ['"\\")" + x)', ')', 0],
    ["it's (fine)", '', 0],
    ['(]', '', 1],
  ] as const) {
    it(`balances ${JSON.stringify(text)}`, () => {
      const result = balance(text);
      assert.equal(result.closed.map(({ character }) => character).join(''), closed);
      assert.equal(result.open, open);
    });
  }

  it('closes the quote that was open before the text', () => {
    assert.deepEqual(balance('hello)" + f(x))', '"'), {
      closed: [
        { index: 6, character: '"' },
        { index: 14, character: ')' },
      ],
      open: 0,
    });
  });

  for (const [line, quote] of [
    ['const a = "x', '"'],
    ['const a = "x"', undefined],
    ["don't", undefined],
    ["f('a\\'b", "'"],
    ['`a "b', '`'],
    ['"it\'s', '"'],
  ] as const) {
    it(`finds the open quote of ${JSON.stringify(line)}`, () => {
      assert.equal(openQuote(line), quote);
    });
  }
});
