import assert from 'node:assert/strict';
import { worthCompleting } from '../../../server/completion/trigger.js';
import { holeOf } from '../../support/cursor.js';

describe('trigger', () => {
  for (const marked of [
    'const x = █',
    'const x█',
    'foo(█)',
    'foo(ba█);',
    'for (const a of li█) {',
    'const s = "he█";',
    'f(█, 10)',
    '█',
    '  █\n}',
    'a = █ + 1',
    'interface A {█}',
  ]) {
    it(`answers at ${JSON.stringify(marked)}`, () => {
      assert.equal(worthCompleting(holeOf(marked)), true);
    });
  }

  for (const marked of [
    'con█st x = 1',
    '█const x = 1',
    'foo(█bar)',
    'x█ = 5',
    'na█.length',
    'é█é',
    'a█𝒳',
    'jQuery(█$el)',
  ]) {
    it(`keeps quiet at ${JSON.stringify(marked)}`, () => {
      assert.equal(worthCompleting(holeOf(marked)), false);
    });
  }
});
