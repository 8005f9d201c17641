/** The benchmark of a model's own guesses, on a real engine. */
import assert from 'node:assert/strict';
import { measureModuleDrafts } from '../../../server/bench/module-drafts.js';
import { exactPaths, fixtureModel, nativeAddon } from '../addons.js';

describe('the benchmark of guesses', function () {
  this.timeout(60_000);
  const plan = {
    promptTokens: 40,
    answerTokens: 12,
    runs: 3,
    encode: (text: string) => Int32Array.from(text, (char) => char.charCodeAt(0)),
  };
  const measure = async (model: string) => {
    const cpuPath = exactPaths().at(-1)!;
    const engine = await nativeAddon().loadEngine(fixtureModel(model), { cpuPath });
    try {
      return await measureModuleDrafts(engine, plan);
    } finally {
      await engine.close();
    }
  };

  it('times each kind of draft as often as it shall, and counts what the module guessed', async () => {
    const { plain, cases } = await measure('tiny-v3-q8_0.gguf');
    assert.equal(plain.runs, 3);
    for (const { rate, ratio } of Object.values(cases)) {
      assert.deepEqual([rate.runs, ratio.runs], [3, 3]);
      assert.ok(rate.least > 0 && ratio.least > 0);
    }
    assert.equal(cases.copied.guessed, 0);
    assert.ok(cases.always.guessed > 0);
    assert.ok(cases.always.accepted <= cases.always.guessed);
  });

  it('counts no guesses of a model without a module', async () => {
    const { cases } = await measure('tiny-lite-q8_0.gguf');
    for (const { guessed, accepted } of Object.values(cases)) assert.equal(guessed + accepted, 0);
  });
});
