import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  applyFilters,
  hasEnded,
  settledText,
  type FilterContext,
} from '../../../server/completion/filters/filter.js';
import { completionFilters } from '../../../server/completion/filters/index.js';
import { holeOf } from '../../support/cursor.js';

/** Few characters and lines, so that overlaps, repetitions and brackets meet often. */
const piece = fc.constantFrom(
  'a',
  'b',
  'ab12',
  ' ',
  '  ',
  '\n',
  '\n  ',
  '(',
  ')',
  '{',
  '}',
  '"',
  ';',
  ', 1',
  'foo();',
  '\t',
);
const code = fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join(''));

const context = fc
  .record({
    before: code,
    after: code,
    shape: fc.constantFrom('line' as const, 'block' as const),
    maxLines: fc.integer({ min: 1, max: 5 }),
  })
  .map(({ before, after, shape, maxLines }): FilterContext => {
    return { hole: holeOf(`${before}█${after}`), shape, maxLines };
  });

describe('streaming through the filters', () => {
  it('never shows a piece that is taken back later', () => {
    fc.assert(
      fc.property(context, code, fc.nat(60), (hole, text, cut) => {
        const early = settledText(completionFilters, text.slice(0, cut), hole);
        const whole = applyFilters(completionFilters, text, hole);
        assert.ok(whole.startsWith(early), JSON.stringify({ early, whole }));
      }),
      { numRuns: 4000 },
    );
  });

  it('each filter alone keeps what it has settled', () => {
    for (const filter of completionFilters) {
      fc.assert(
        fc.property(context, code, fc.nat(60), (hole, text, cut) => {
          const head = text.slice(0, cut);
          const settled = filter.settled(head, hole);
          assert.ok(settled <= head.length);
          assert.ok(settled <= filter.keep(text, hole), `settled ${settled}`);
        }),
        { numRuns: 1500 },
      );
    }
  });

  it('each filter ends a text only where nothing that follows could be kept', () => {
    for (const filter of completionFilters) {
      fc.assert(
        fc.property(context, code, fc.nat(60), (hole, text, cut) => {
          const head = text.slice(0, cut);
          if (filter.ended?.(head, hole))
            assert.equal(filter.keep(text, hole), filter.keep(head, hole));
        }),
        { numRuns: 1500 },
      );
    }
  });

  it('shows all of a plain line before it ends, but for its last word', () => {
    const hole = { hole: holeOf('const total = █\n'), shape: 'line' as const, maxLines: 1 };
    assert.equal(hasEnded(completionFilters, 'price * count', hole), false);
    assert.ok(settledText(completionFilters, 'price * count', hole).length >= 7);
  });
});
