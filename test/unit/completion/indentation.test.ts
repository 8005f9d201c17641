import assert from 'node:assert/strict';
import fc from 'fast-check';
import { repairIndentation } from '../../../server/completion/filters/indentation.js';
import { holeOf } from '../../support/cursor.js';

describe('indentation', () => {
  for (const [name, marked, text, repaired] of [
    [
      'takes tabs where the document has tabs',
      'if (a) {\n\tb();\n\t█\n}',
      'c {\n        d;\n    }',
      'c {\n\t\td;\n\t}',
    ],
    [
      'takes blanks where the document has blanks',
      'if (a) {\n  b();\n  █\n}',
      'c {\n\t\td;\n\t}',
      'c {\n    d;\n  }',
    ],
    ['drops a stray blank in front', 'def f():\n    a()\n    █\n', ' b()', 'b()'],
    [
      'keeps blanks that lead to where the block is',
      'if a:\n    b()\ndef f():\n  █\n',
      '  b()',
      '  b()',
    ],
    [
      'keeps blanks at the beginning of a line',
      'def f():\n    if a:\n█\n',
      '        b()',
      '        b()',
    ],
    ['keeps what lines something up behind tabs', 'f(\n\ta,\n\t█\n)', 'b,\n\t  c', 'b,\n\t  c'],
    ['leaves a document without indentation alone', 'a\n█\n', 'b {\n\tc\n}', 'b {\n\tc\n}'],
  ] as const)
    it(name, () => {
      assert.equal(repairIndentation(text, holeOf(marked)), repaired);
    });

  it('of what is there already does not change as the text goes on', () => {
    const line = fc.tuple(
      fc.stringMatching(/^[ \t]{0,6}$/),
      fc.constantFrom('a', 'b {', '}', '😀', ''),
    );
    const text = fc
      .array(line, { maxLength: 6, size: 'max' })
      .map((lines) => lines.map((each) => each.join('')).join('\n'));
    fc.assert(
      fc.property(text, text, text, fc.nat(), (before, after, written, cut) => {
        const hole = holeOf(`${before}█${after}`);
        const whole = repairIndentation(written, hole);
        // Blanks that nothing follows yet are never shown.
        const begun = repairIndentation(
          written.slice(0, cut % (written.length + 1)),
          hole,
        ).trimEnd();
        assert.ok(whole.startsWith(begun), JSON.stringify([begun, whole]));
        assert.equal(whole.replaceAll(/[ \t]/g, ''), written.replaceAll(/[ \t]/g, ''));
      }),
    );
  });
});
