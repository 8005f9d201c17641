import assert from 'node:assert/strict';
import fc from 'fast-check';
import { holeAt } from '../../../server/completion/hole.js';
import { wholeCharacterOffset } from '../../../server/prompt/newline.js';
import { holeOf } from '../../support/cursor.js';

describe('hole', () => {
  it('splits the document and its line at the cursor', () => {
    assert.deepEqual(holeOf('a\nfoo(█);\nb\n'), {
      prefix: 'a\nfoo(',
      suffix: ');\nb\n',
      linePrefix: 'foo(',
      lineSuffix: ');',
      eol: '\n',
      languageId: 'typescript',
    });
  });

  it('gives the model LF where the document has CRLF, and remembers CRLF', () => {
    const hole = holeOf('a\r\nb█c\r\nd');
    assert.equal(hole.prefix, 'a\nb');
    assert.equal(hole.suffix, 'c\nd');
    assert.equal(hole.lineSuffix, 'c');
    assert.equal(hole.eol, '\r\n');
  });

  for (const [marked, eol] of [
    ['one line█', '\n'],
    ['a\r\nb█', '\r\n'],
    ['a\r\nb█\nc', '\n'],
    ['a\nb█\r\nc', '\r\n'],
    ['a\rb█', '\r'],
    ['█\rb', '\r'],
    ['a\r█b\nc', '\r'],
  ] as const) {
    it(`takes the line end nearest to the cursor: ${JSON.stringify(marked)}`, () => {
      assert.equal(holeOf(marked).eol, eol);
    });
  }

  it('hides a byte order mark', () => {
    assert.equal(holeOf('\uFEFFlet x = █').prefix, 'let x = ');
  });

  it('hides more than one, as files have them that were joined', () => {
    assert.equal(holeOf('\uFEFF\uFEFFlet x = █').prefix, 'let x = ');
    const { prefix, suffix } = holeOf('\uFEFF█\uFEFFlet x');
    assert.deepEqual([prefix, suffix], ['', 'let x']);
  });

  it('steps back from the middle of a surrogate pair and of a CRLF', () => {
    assert.equal(wholeCharacterOffset('a😀b', 2), 1);
    assert.equal(wholeCharacterOffset('a😀b', 3), 3);
    assert.equal(wholeCharacterOffset('a\r\nb', 2), 1);
    assert.equal(wholeCharacterOffset('a\r\nb', 3), 3);
  });

  it('clamps offsets outside the text', () => {
    assert.equal(wholeCharacterOffset('abc', -5), 0);
    assert.equal(wholeCharacterOffset('abc', 99), 3);
  });

  it('loses and adds nothing but line ends, for any text and cursor', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '\r', '\n', '\r\n', '😀', ' ') });
    fc.assert(
      fc.property(text, fc.nat(40), (source, offset) => {
        const { prefix, suffix, linePrefix, lineSuffix } = holeAt(source, offset, 'plaintext');
        assert.equal(prefix + suffix, source.replace(/\r\n?/g, '\n'));
        assert.ok(prefix.endsWith(linePrefix) && suffix.startsWith(lineSuffix));
        assert.ok(!(linePrefix + lineSuffix).includes('\n'));
        assert.equal(
          encodeURIComponent(prefix) + encodeURIComponent(suffix),
          encodeURIComponent(prefix + suffix),
        );
      }),
    );
  });
});
