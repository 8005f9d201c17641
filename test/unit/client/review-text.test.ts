import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { EditHunk } from '../../../protocol/index.js';
import { offsetAt, reviewText, type Decision } from '../../../client/edits/review-text.js';
import { streamHunks } from '../../../client/edits/stream-hunks.js';

const hunk = (line: number, oldText: string, newText: string, end = line): EditHunk => ({
  range: { start: { line, character: 0 }, end: { line: end, character: 0 } },
  oldText,
  newText,
});

/** The view with a sign in front of each line: `-` goes, `+` comes. */
function signed(document: string, hunks: readonly EditHunk[], decisions: readonly Decision[]) {
  const { text, removed, added } = reviewText(document, hunks, decisions);
  const within = (spans: typeof removed, line: number) =>
    spans.some(({ first, last }) => line >= first && line <= last);
  return text
    .split(/\r\n|\r|\n/)
    .map((each, line) => (within(removed, line) ? '-' : within(added, line) ? '+' : ' ') + each);
}

describe('the text of a review', () => {
  const document = 'a\nb\nc\nd\n';
  const hunks = [hunk(1, 'b\n', 'B\nBB\n', 2), hunk(3, 'd\n', '', 4)];

  it('shows what goes above what comes', () => {
    assert.deepEqual(signed(document, hunks, []), [' a', '-b', '+B', '+BB', ' c', '-d', ' ']);
  });

  it('shows a hunk that was taken as new, one that was left as it was', () => {
    assert.deepEqual(signed(document, hunks, ['accepted', 'rejected']), [
      ...[' a', '+B', '+BB', ' c', ' d', ' '],
    ]);
  });

  it('tells on which line each hunk begins', () => {
    assert.deepEqual(reviewText(document, hunks, []).hunks, [1, 5]);
    assert.deepEqual(reviewText(document, hunks, ['rejected']).hunks, [1, 3]);
  });

  it('keeps apart what has no line end, at the end of a file', () => {
    const last = [hunk(1, 'b', 'B', 1)];
    assert.deepEqual(signed('a\nb', last, []), [' a', '-b', '+B']);
    assert.deepEqual(signed('a\r\nb', last, []), [' a', '-b', '+B']);
  });

  it('marks lines that join a last line without an end, and not that line', () => {
    const insertion: EditHunk = {
      range: { start: { line: 0, character: 1 }, end: { line: 0, character: 1 } },
      oldText: '',
      newText: '\nb',
    };
    assert.deepEqual(signed('a', [insertion], []), [' a', '+b']);
  });

  it('holds a file that is to be created', () => {
    assert.deepEqual(signed('', [hunk(0, '', 'a\nb\n')], []), ['+a', '+b', ' ']);
  });

  it('counts UTF-16 units and every kind of line end', () => {
    assert.equal(offsetAt('ab\r\n😀c\rd', { line: 1, character: 2 }), 6);
    assert.equal(offsetAt('ab\r\n😀c\rd', { line: 2, character: 0 }), 8);
    assert.equal(offsetAt('ab', { line: 7, character: 0 }), 2);
  });
});

describe('hunks of a text that is being written', () => {
  const old = 'a\nb\nc\nd\n';
  const range = { start: { line: 4, character: 0 }, end: { line: 8, character: 0 } };

  it('leave alone what has not been reached', () => {
    assert.deepEqual(streamHunks(range, old, ''), []);
    assert.deepEqual(streamHunks(range, old, 'a\nX\n'), [hunk(5, 'b\n', 'X\n', 6)]);
  });

  it('keep the lines that stay', () => {
    assert.deepEqual(streamHunks(range, old, 'a\nX\nc\n'), [hunk(5, 'b\n', 'X\n', 6)]);
    assert.deepEqual(streamHunks(range, old, 'a\nX\nc\nd\ne\n'), [
      hunk(5, 'b\n', 'X\n', 6),
      hunk(8, '', 'e\n'),
    ]);
  });

  it('wait for the end of a line that may be an old one', () => {
    assert.deepEqual(streamHunks(range, 'abc\nd\n', 'a'), []);
    assert.deepEqual(streamHunks(range, 'abc\nd\n', 'ax'), [hunk(4, 'abc\n', 'ax', 5)]);
  });

  it('always stand in the old text where they say', () => {
    const lines = fc
      .array(fc.constantFrom('a', 'b', '', '  c', '😀'), { maxLength: 12 })
      .chain((texts) => fc.constantFrom('\n', '\r\n').map((end) => texts.join(end)));
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const whole = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } };
        let end = 0;
        for (const { range: at, oldText } of streamHunks(whole, before, after)) {
          const start = offsetAt(before, at.start);
          assert.ok(start >= end);
          assert.equal(before.slice(start, start + oldText.length), oldText);
          end = start + oldText.length;
        }
      }),
    );
  });
});
