import assert from 'node:assert/strict';
import fc from 'fast-check';
import { defaultSettings } from '../../../protocol/index.js';
import { parseSettings } from '../../../server/lsp/parse-settings.js';

describe('settings', () => {
  it('are the defaults where nothing is said', () => {
    assert.deepEqual(parseSettings(undefined, null, {}), {
      settings: defaultSettings,
      problems: [],
    });
  });

  it('take the later layer first', () => {
    const { settings } = parseSettings({ maxTokens: 5, threads: 3 }, { maxTokens: 7, model: null });
    assert.deepEqual(settings, { ...defaultSettings, maxTokens: 7, threads: 3 });
  });

  it('keep the layer below where a value cannot be used, and name it', () => {
    const { settings, problems } = parseSettings({ debounce: 10 }, { debounce: '10' });
    assert.equal(settings.debounce, 10);
    assert.deepEqual(problems, [
      'lacuna.debounce must be a whole number from 0 to 5000, not "10".',
    ]);
  });

  it('name the choices where there are few', () => {
    const { settings, problems } = parseSettings({ device: 'gpu', kvCache: 'int4' });
    assert.deepEqual([settings.device, settings.kvCache], ['auto', 'auto']);
    assert.deepEqual(problems, [
      'lacuna.device must be "auto", "cpu" or "cuda", not "gpu".',
      'lacuna.kvCache must be "auto" or "int8", not "int4".',
    ]);
  });

  it('leave keys alone that are not theirs', () => {
    assert.deepEqual(parseSettings({ trace: { server: 'verbose' } }).problems, []);
  });

  it('come out usable whatever comes in', () => {
    const garbage = fc.record(
      Object.fromEntries(Object.keys(defaultSettings).map((key) => [key, fc.jsonValue()])),
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(garbage, fc.jsonValue())), (layers) => {
        const { settings } = parseSettings(...layers);
        assert.deepEqual(parseSettings(settings), { settings, problems: [] });
      }),
    );
  });
});
