import assert from 'node:assert/strict';
import { Tracker } from '../../../server/statistics/tracker.js';
import type { StatisticsEvent } from '../../../server/statistics/statistics.js';
import { cursorText } from '../../support/cursor.js';

const uri = 'file:///a.ts';

/** A tracker, and what it said. */
function tracked(marked: string, text: string, replaced = 0) {
  const events: StatisticsEvent[] = [];
  const tracker = new Tracker((event) => events.push(event));
  const { text: document, offset } = cursorText(marked);
  tracker.offered(uri, document, [{ offset, replaced, text }]);
  const type = (after: string, now = 0) => {
    tracker.changed(uri, after, now);
  };
  return { tracker, events, document, offset, type };
}

const shown = { kind: 'shown' };
const accepted = (characters: number) => ({ kind: 'accepted', characters });
const inPart = (characters: number) => ({ kind: 'partiallyAccepted', characters });

describe('what becomes of an offer', () => {
  const cases = [
    ['taken whole', 'a = █;', 'b + c', 0, ['a = b + c;'], [accepted(5)]],
    ['with closers replaced', 'f(█)', 'x);', 1, ['f(x);'], [accepted(3)]],
    ['by words', 'a = █;', 'b12 + c', 0, ['a = b12;', 'a = b12 + c;'], [inPart(3), accepted(4)]],
    ['typed letter by letter', 'a = █', 'bc', 0, ['a = b', 'a = bc'], []],
    ['brackets the editor closes', 'f█', '()x', 0, ['f()'], []],
    ['something else typed', 'a = █', 'b + c', 0, ['a = z', 'a = b + c'], []],
    ['taken after some typing', 'a = █', 'bcd', 0, ['a = b', 'a = bcd'], [accepted(2)]],
  ] as const;
  for (const [name, marked, text, replaced, steps, wanted] of cases)
    it(`is told from the edits: ${name}`, () => {
      const { type, events } = tracked(marked, text, replaced);
      for (const after of steps) type(after);
      assert.deepEqual(events, [shown, ...wanted]);
    });

  it('is counted once where the client says it, too, before or after the edit', () => {
    for (const sayFirst of [true, false]) {
      const { tracker, events, type } = tracked('a = █;', 'b12 + c');
      if (sayFirst) tracker.didPartiallyAccept('b12 + c', 3);
      type('a = b12;');
      if (!sayFirst) tracker.didPartiallyAccept('b12 + c', 3);
      assert.deepEqual(events, [shown, inPart(3)]);
    }
  });

  it('is the same offer when the rest of it is offered again while somebody types', () => {
    const { tracker, events, type, offset } = tracked('a = █', 'bcd');
    type('a = b');
    tracker.offered(uri, 'a = b', [{ offset: offset + 1, replaced: 0, text: 'cd' }]);
    assert.deepEqual(events, [shown]);
  });

  it('is shown when the client says so, once it has begun to', () => {
    const { tracker, events, document, offset } = tracked('a = █', 'bcd');
    tracker.didShow('bcd');
    tracker.offered(uri, document, [{ offset, replaced: 0, text: 'other' }]);
    assert.deepEqual(events, [shown]);
    tracker.didShow('other');
    tracker.didShow('never offered');
    assert.deepEqual(events, [shown, shown]);
  });

  it('is nothing any more where somebody turns to another document', () => {
    const { tracker, events, type } = tracked('a = █', 'bcd');
    tracker.focused('file:///b.ts');
    type('a = bcd');
    assert.deepEqual(events, [shown]);
  });

  it('is looked at again after half a minute and after two', () => {
    const { tracker, events, type } = tracked('a = █;', 'value + 1');
    type('a = value + 1;', 0);
    type('x\na = value + 1;', 1000);
    type('x\na = value;', 29_000);
    tracker.settle(31_000);
    type('', 121_000);
    assert.deepEqual(events.slice(2), [
      { kind: 'retained', after: '30s', accepted: 9, retained: 5 },
      { kind: 'retained', after: '2min', accepted: 9, retained: 5 },
    ]);
  });
});
