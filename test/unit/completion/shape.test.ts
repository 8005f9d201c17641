import assert from 'node:assert/strict';
import { shapeOf } from '../../../server/completion/shape.js';
import { holeOf } from '../../support/cursor.js';

describe('shape', () => {
  for (const [marked, languageId] of [
    ['function f() {\n  █\n}', 'typescript'],
    ['█', 'typescript'],
    ['function f() {█', 'typescript'],
    ['function f() {█}', 'typescript'],
    ['it("works", () => {█});', 'typescript'],
    ['if (a) { █', 'c'],
    ['def f(a):█', 'python'],
    ['    for x in y: █\n', 'python'],
    ['if x; then█', 'shellscript'],
    ['list.each do█', 'ruby'],
  ] as const) {
    it(`is a block at ${JSON.stringify(marked)} (${languageId})`, () => {
      assert.equal(shapeOf(holeOf(marked, languageId)), 'block');
    });
  }

  for (const [marked, languageId] of [
    ['const x = █', 'typescript'],
    ['foo(█)', 'typescript'],
    ['`${█}`', 'typescript'],
    ['`${█', 'typescript'],
    ["import {█} from 'x'", 'typescript'],
    ['  █;', 'typescript'],
    ['x = d[1:█', 'python'],
    ['d = {█', 'python'],
    ['the thing to do█', 'plaintext'],
  ] as const) {
    it(`is a line at ${JSON.stringify(marked)} (${languageId})`, () => {
      assert.equal(shapeOf(holeOf(marked, languageId)), 'line');
    });
  }
});
