/** What a stream of bytes may show, and when. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { testingAddon } from '../addons.js';

const stream = (stops: string[], ...chunks: (string | number[])[]) =>
  testingAddon().textStream(
    stops,
    chunks.map((c) => (typeof c === 'string' ? Buffer.from(c) : Uint8Array.from(c))),
  );

describe('a stream of tokens', () => {
  it('shows text as it comes', () => {
    assert.deepEqual(stream([], 'const ', 'x'), ['const ', 'x', '']);
  });

  it('never splits a character', () => {
    assert.deepEqual(stream([], [0xf0, 0x9f], [0x98], [0x80, 0x21]), ['', '', '😀!', '']);
  });

  it('drops a character that is never finished', () => {
    assert.deepEqual(stream([], 'a', [0xe2, 0x82]), ['a', '', '']);
  });

  it('replaces bytes that cannot be UTF-8', () => {
    assert.deepEqual(stream([], [0x61, 0xff, 0x62]), ['a\ufffdb', '']);
    assert.deepEqual(stream([], [0xc0, 0xaf, 0x2f]), ['\ufffd\ufffd/', '']);
    assert.deepEqual(stream([], [0xed, 0xa0, 0x80, 0x21]), ['\ufffd\ufffd\ufffd!', '']);
  });

  it('ends before a stop string, even one that spans tokens', () => {
    assert.deepEqual(stream(['end;'], 'a en', 'd', '; b'), ['a ', '', '', '']);
  });

  it('shows what only looked like a stop string', () => {
    assert.deepEqual(stream(['end;'], 'a en', 'ough'), ['a ', 'enough', '']);
    assert.deepEqual(stream(['\n\n'], 'a\n', 'b\n'), ['a', '\nb', '\n']);
  });

  it('ends at the earliest of several stop strings', () => {
    assert.deepEqual(stream(['yz', 'x'], 'axyz'), ['a', '']);
  });

  it('ignores an empty stop string', () => {
    assert.deepEqual(stream([''], 'abc'), ['abc', '']);
  });

  it('keeps a stop string with characters of several bytes whole', () => {
    assert.deepEqual(stream(['→→'], 'a→', 'b→→c'), ['a', '→b', '']);
  });

  it('shows the same text however the bytes are cut', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', '\n', 'é', '→', '😀'),
      maxLength: 40,
    });
    fc.assert(
      fc.property(
        text,
        fc.array(fc.nat(160), { maxLength: 20 }),
        fc.constantFrom<string[]>([], ['ab'], ['→b', '\n\n'], ['😀a']),
        (all, cuts, stops) => {
          const bytes = Buffer.from(all);
          const ends = [...new Set(cuts.map((c) => Math.min(c, bytes.length))), bytes.length].sort(
            (a, b) => a - b,
          );
          const chunks = ends.map((end, i) => bytes.subarray(i === 0 ? 0 : ends[i - 1], end));
          const found = stops.map((s) => all.indexOf(s)).filter((i) => i >= 0);
          const shown = testingAddon().textStream(stops, chunks).join('');
          assert.equal(shown, found.length === 0 ? all : all.slice(0, Math.min(...found)));
        },
      ),
    );
  });
});
