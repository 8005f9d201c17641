import assert from 'node:assert/strict';
import { parseThresholds } from '../../../../server/completion/confidence/parse-thresholds.js';
import { thresholdsFor } from '../../../../server/completion/confidence/thresholds.js';

const shapes = { line: { whole: -2, head: -1 }, block: { whole: null, head: -0.5 } };
const model = {
  model: 'a model',
  fingerprint: '0123456789abcdef',
  levels: { eager: shapes, balanced: shapes, strict: shapes },
  source: {
    command: 'lacuna eval calibrate',
    dataset: 'holes',
    holes: 10,
    date: '2026-01-31',
    targets: { eager: 0.25, balanced: 0.5, strict: 0.75 },
  },
};
const data = { schema: 1, models: [model] };

const parse = (value: unknown) => parseThresholds(JSON.stringify(value), 'x.json');

describe('thresholds of confidence', () => {
  it('are read as they were written', () => {
    assert.deepEqual(parse(data), data);
    assert.deepEqual(parse({ schema: 1, models: [] }), { schema: 1, models: [] });
  });

  const wrong: [string, unknown, RegExp][] = [
    ['another schema', { ...data, schema: 2 }, /its schema is 2, not 1/],
    ['a list', [], /the file is no object/],
    ['no models', { schema: 1 }, /models are no list/],
    ['a model twice', { schema: 1, models: [model, model] }, /there twice/],
    [
      'no fingerprint',
      { schema: 1, models: [{ ...model, fingerprint: '' }] },
      /models\[0\]\.fingerprint is no text/,
    ],
    [
      'a level that is missing',
      { schema: 1, models: [{ ...model, levels: { eager: shapes, strict: shapes } }] },
      /levels\.balanced is no object/,
    ],
    [
      'a probability in the place of a logarithm',
      {
        schema: 1,
        models: [
          { ...model, levels: { ...model.levels, strict: { ...shapes, line: { whole: 0.5 } } } },
        ],
      },
      /levels\.strict\.line\.whole is 0\.5/,
    ],
    [
      'a target that is no share',
      { schema: 1, models: [{ ...model, source: { ...model.source, targets: { eager: 2 } } }] },
      /source\.targets\.eager is no share/,
    ],
    [
      'a date that is none',
      { schema: 1, models: [{ ...model, source: { ...model.source, date: 'today' } }] },
      /source\.date is no day/,
    ],
  ];
  for (const [name, value, message] of wrong)
    it(`are refused with ${name}`, () => {
      assert.throws(() => parse(value), { name: 'EngineError', message });
    });

  it('are refused where they are no JSON', () => {
    assert.throws(
      () => parseThresholds('{', 'x.json'),
      /x\.json holds no thresholds: it is no JSON/,
    );
  });

  it('are for the model file that was measured, and for no other', () => {
    const parsed = parse(data);
    assert.deepEqual(thresholdsFor(parsed, model.fingerprint, 'strict'), shapes);
    const unknown = thresholdsFor(parsed, 'fedcba9876543210', 'strict');
    assert.deepEqual(unknown, thresholdsFor(parsed, undefined, 'eager'));
    assert.ok(Number(unknown.line.whole) < -5 && Number(unknown.block.whole) < -10);
  });
});
