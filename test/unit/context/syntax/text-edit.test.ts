import fc from 'fast-check';
import assert from 'node:assert/strict';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { editOfChange, offsetAt } from '../../../../server/context/syntax/content-changes.js';
import {
  applyEdit,
  editBetween,
  pointAfter,
  pointAt,
} from '../../../../server/context/syntax/text-edit.js';
import { troublesomeText } from './random-edits.js';

describe('text edits', () => {
  it('between two texts make the second of the first, and are undefined between equal ones', () => {
    fc.assert(
      fc.property(troublesomeText, troublesomeText, (before, after) => {
        const edit = editBetween(before, after);
        assert.equal(edit === undefined, before === after);
        if (edit) assert.equal(applyEdit(before, edit), after);
      }),
    );
  });

  it('never begin or end inside a surrogate pair or a CRLF', () => {
    fc.assert(
      fc.property(troublesomeText, troublesomeText, (before, after) => {
        const edit = editBetween(before, after);
        if (!edit) return;
        for (const end of [edit.start, edit.oldEnd])
          assert.doesNotMatch(
            before.slice(Math.max(end - 1, 0), end + 1),
            /^(\r\n|[\ud800-\udbff][\udc00-\udfff])$/,
          );
      }),
    );
    assert.deepEqual(editBetween('a😀b', 'a😁b'), { start: 1, oldEnd: 3, newText: '😁' });
    assert.deepEqual(editBetween('a\r\nb', 'a\nb'), { start: 1, oldEnd: 3, newText: '\n' });
  });

  it('count points by LF and UTF-16 units, one after the other as all at once', () => {
    assert.deepEqual(pointAt('a\r\n\t😀b', 6), { row: 1, column: 3 });
    fc.assert(
      fc.property(troublesomeText, troublesomeText, (first, second) => {
        const text = first + second;
        assert.deepEqual(
          pointAfter(pointAt(text, first.length), second),
          pointAt(text, text.length),
        );
      }),
    );
  });

  it('count lines as editors do, whatever ends them', () => {
    const number = fc.integer({ min: 0, max: 12 });
    fc.assert(
      fc.property(troublesomeText, troublesomeText, number, number, (a, b, line, character) => {
        const text = `${a}\n${b}`;
        const expected = TextDocument.create('', '', 0, text).offsetAt({ line, character });
        assert.equal(offsetAt(text, { line, character }), expected);
      }),
      { numRuns: 500 },
    );
  });

  it('come from LSP positions: units of a line, clamped to it, ends in either order', () => {
    const text = 'a😀b\r\nc\td\rlast';
    const change = (start: [number, number], end: [number, number]) =>
      editOfChange(text, {
        range: {
          start: { line: start[0], character: start[1] },
          end: { line: end[0], character: end[1] },
        },
        text: 'x',
      });
    assert.deepEqual(change([0, 3], [0, 4]), { start: 3, oldEnd: 4, newText: 'x' });
    assert.deepEqual(change([1, 2], [0, 1]), { start: 1, oldEnd: 8, newText: 'x' });
    assert.deepEqual(change([0, 99], [2, 99]), { start: 4, oldEnd: text.length, newText: 'x' });
    assert.deepEqual(editOfChange(text, { text: 'new' }), {
      start: 0,
      oldEnd: text.length,
      newText: 'new',
    });
  });
});
