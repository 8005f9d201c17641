import assert from 'node:assert/strict';
import fc from 'fast-check';
import { normalizeHole, withEndOfLine } from '../../../server/prompt/newline.js';

const document = fc
  .array(fc.constantFrom('\r\n', '\r', '\n', 'a', '\uFEFF', '𝒳', ' '), { maxLength: 30 })
  .map((parts) => parts.join(''));

function holeAt(marked: string) {
  const [prefix = '', suffix = ''] = marked.split('█');
  return normalizeHole({ prefix, suffix });
}

describe('line ends', () => {
  it('reach the model as LF, on both sides of the cursor', () => {
    assert.deepEqual(holeAt('a\r\nb█c\r\nd\re'), { prefix: 'a\nb', suffix: 'c\nd\ne' });
  });

  it('count once where the cursor stands inside a CRLF', () => {
    assert.deepEqual(holeAt('a\r█\nb'), { prefix: 'a', suffix: '\nb' });
  });

  it('leave no byte order mark, but keep a zero-width no-break space inside the text', () => {
    assert.deepEqual(holeAt('\uFEFFa\uFEFF█b'), { prefix: 'a\uFEFF', suffix: 'b' });
    assert.deepEqual(holeAt('█\uFEFFa'), { prefix: '', suffix: 'a' });
  });

  it('never tear a surrogate pair at the cursor', () => {
    const [high, low] = ['😀'[0]!, '😀'[1]!];
    assert.deepEqual(normalizeHole({ prefix: `a${high}`, suffix: `${low}b` }), {
      prefix: 'a',
      suffix: '😀b',
    });
  });

  it('tear nothing where the document only begins behind the cursor', () => {
    assert.deepEqual(normalizeHole({ prefix: '', suffix: '\nb' }), { prefix: '', suffix: '\nb' });
    assert.deepEqual(normalizeHole({ prefix: '', suffix: '' }), { prefix: '', suffix: '' });
  });

  it('are the same wherever the cursor stands, lone CRs and all', () => {
    fc.assert(
      fc.property(document, fc.nat(30), (text, cut) => {
        const { prefix, suffix } = normalizeHole({
          prefix: text.slice(0, cut),
          suffix: text.slice(cut),
        });
        const whole = normalizeHole({ prefix: text, suffix: '' }).prefix;
        assert.equal(prefix + suffix, whole);
        assert.ok(!whole.includes('\r'));
      }),
    );
  });

  for (const eol of ['\n', '\r\n', '\r'] as const) {
    it(`come back as the document's own: ${JSON.stringify(eol)}`, () => {
      const text = `one${eol}two${eol}`;
      assert.equal(withEndOfLine(normalizeHole({ prefix: text, suffix: '' }).prefix, eol), text);
    });
  }

  it('are not doubled in model text that has CRLF already', () => {
    assert.equal(withEndOfLine('a\r\nb\n', '\r\n'), 'a\r\nb\r\n');
  });
});
