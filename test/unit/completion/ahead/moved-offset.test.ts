import assert from 'node:assert/strict';
import fc from 'fast-check';
import { movedOffset } from '../../../../server/completion/ahead/moved-offset.js';
import { cursorText } from '../../../support/cursor.js';

describe('a cursor that moves with its text', () => {
  for (const [name, before, after] of [
    ['stays where nothing changes', 'a█b', 'a█b'],
    ['follows what is typed at it', 'a = █;', 'a = b█;'],
    ['stays where a text below changes', 'a = █;\nb;', 'a = █;\nlonger;'],
    ['moves with a line that is added above', 'b = █;', 'a();\nb = █;'],
    ['moves with a line that goes above', 'a();\nb = █;', 'b = █;'],
    ['stands behind a text that was changed around it', 'f(on█e);', 'f(other█);'],
  ] as const)
    it(name, () => {
      const [from, to] = [cursorText(before), cursorText(after)];
      assert.equal(movedOffset(from.text, to.text, from.offset), to.offset);
    });

  it('stays in the document', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '\r', '😀'), maxLength: 12 });
    fc.assert(
      fc.property(text, text, fc.nat(20), (before, after, at) => {
        const moved = movedOffset(before, after, Math.min(at, before.length));
        assert.ok(moved >= 0 && moved <= after.length);
      }),
    );
  });
});
