import assert from 'node:assert/strict';
import fc from 'fast-check';
import { anchorOf, begunSince } from '../../../server/prompt/anchor.js';

/** Words with a leading space, single characters otherwise. */
const countTokens = (text: string) => text.match(/ ?\w+| +|[^]/gu)?.length ?? 0;

describe('an anchor', () => {
  for (const [marked, most] of [
    ['one();\n█  two(thr', 8],
    ['█a.b', 8],
    ['first.second.third(fourth,█ fif', 3],
    ['a + b + c + d█ =>', 3],
    ['a + b + c + d█   ', 3],
    ['a = b; c = "😀😀😀█', 2],
    ['\n█', 8],
  ] as const)
    it(`stands in ${JSON.stringify(marked)} where at most ${most} tokens may follow`, () => {
      assert.equal(anchorOf(marked.replace('█', ''), most, countTokens), marked.indexOf('█'));
    });

  it('is at the cursor in a word that is too long', () => {
    const word = 'x'.repeat(1_000_000);
    assert.equal(
      anchorOf(word, 8, (text) => text.length),
      word.length,
    );
  });

  it('tears nothing, and leaves no more behind it than it may', () => {
    const unit = fc.constantFrom('a', 'b', ' ', '\t', '\n', '😀', '_', '.', '=', '漢');
    const text = fc.string({ unit, maxLength: 60, size: 'max' });
    fc.assert(
      fc.property(text, fc.nat(20), (prefix, most) => {
        const at = anchorOf(prefix, most, countTokens);
        const [before, after] = [prefix.slice(0, at), prefix.slice(at)];
        assert.ok(after === '' || countTokens(after) <= most);
        assert.doesNotMatch(before, /[\ud800-\udbff]$/);
        assert.ok(after === '' || !/[\w漢]$/.test(before) || !/^[\w漢]/.test(after));
        assert.ok(after === '' || !/[.=]$/.test(before) || !/^[.=]/.test(after));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('what was typed since an anchor', () => {
  it('is what follows the text in front of it', () => {
    assert.equal(begunSince('one\n', 3, '...one\n  two'), '  two');
    assert.equal(begunSince('one\n', 0, 'one\n'), '');
  });

  it('is not known where that text has changed, or the cursor stands in it', () => {
    assert.equal(begunSince('one\n', 0, 'two\n  two'), undefined);
    assert.equal(begunSince('one\n', 0, 'one'), undefined);
  });

  it('tears no character', () => {
    assert.equal(begunSince('a\ud83d', 0, 'a😀'), undefined);
  });
});
