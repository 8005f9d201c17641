import assert from 'node:assert/strict';
import fc from 'fast-check';
import { GRAMMAR_NAMES } from '../../../server/context/syntax/languages.js';
import { check } from '../../../server/refactor/check.js';
import { fitCode, frameOf, lineEdit } from '../../../server/refactor/fit-code.js';
import { hunksOf } from '../../../server/refactor/proposals.js';
import { targetOf } from '../../../server/refactor/target.js';
import { editTasks } from '../../../server/refactor/tasks.js';
import { splitLines } from '../../../server/refactor/lines.js';
import { parse, sampleOf } from '../context/syntax/grammar-fixtures.js';

/** A sample as it may lie on a disk. */
const looks: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (text) => text,
  'with CRLF': (text) => text.replaceAll('\n', '\r\n'),
  'with a byte order mark and without a last line end': (text) => `\uFEFF${text.trimEnd()}`,
};

describe('what a model is shown of code', () => {
  for (const name of GRAMMAR_NAMES)
    for (const [look, change] of Object.entries(looks))
      it(`becomes the same bytes again where it comes back unchanged: ${name}, ${look}`, async () => {
        const text = change(sampleOf(name));
        const tree = await parse(name, text);
        fc.assert(
          fc.property(fc.nat(text.length), fc.nat(200), (start, length) => {
            const range = { start, end: Math.min(text.length, start + length) };
            const { target } = targetOf(text, tree, range, 'simplify');
            if (!target) return;
            assert(target.start <= target.end);
            const frame = frameOf(text, target, tree);
            const edit = lineEdit(text, target, fitCode(frame.code, frame, target, tree));
            assert.equal(edit.newText, edit.oldText);
            assert.equal(
              text.slice(edit.newStart, edit.newEnd),
              text.slice(target.start, target.end),
            );
            assert.deepEqual(check(tree, target, edit, editTasks.rewrite), { parsed: true });
          }),
          { numRuns: 30, seed: 7 },
        );
        tree.dispose();
      });

  it('is told in lines that the hunks make the new text of', () => {
    const line = fc.constantFrom('a', '  b', '\t😀', '漢字', '');
    const end = fc.constantFrom('\n', '\r\n', '\r');
    const text = fc
      .tuple(fc.array(fc.tuple(line, end), { maxLength: 12, size: 'max' }), line)
      .map(([lines, last]) => lines.flat().join('') + last);
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = splitLines(before);
        assert.equal(lines.join(''), before);
        const endAt = { line: lines.length, character: 0 };
        let made = '';
        let at = 0;
        for (const { range, oldText, newText } of hunksOf(
          before,
          after,
          { line: 0, character: 0 },
          endAt,
        )) {
          made += lines.slice(at, range.start.line).join('') + newText;
          assert.equal(lines.slice(range.start.line, range.end.line).join(''), oldText);
          at = range.end.line;
        }
        assert.equal(made + lines.slice(at).join(''), after);
      }),
    );
  });
});
