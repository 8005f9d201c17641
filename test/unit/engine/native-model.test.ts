import assert from 'node:assert/strict';
import { loadNativeEngine } from '../../../server/engine/native/engine.js';
import { planFim } from '../../../server/prompt/fim-plan.js';
import { fixtureModel, nativeAddon, embeddedModelFile } from '../../native/addons.js';
import { engineBehaviour } from './behaviour.js';

const options = { contextLength: 128, threads: 2, chunk: 16 };

engineBehaviour('native, tiny-lite', () =>
  loadNativeEngine(nativeAddon(), fixtureModel('tiny-lite-q8_0.gguf'), options),
);

engineBehaviour('native, tiny-v3', () =>
  loadNativeEngine(nativeAddon(), fixtureModel('tiny-v3-q4_k_m.gguf'), options),
);

describe('the native engine with the embedded model', () => {
  it('fills a hole, suffix first', async () => {
    const engine = await loadNativeEngine(nativeAddon(), embeddedModelFile);
    try {
      assert.equal(engine.info.fim, 'spm');
      assert.equal(engine.info.contextLength, 1024);
      assert.match(
        engine.info.device,
        /^cpu \((reference|AVX2|AVX-512|AVX-512 VNNI|AMX), \d+ threads?\)$/,
      );
      const plan = planFim({
        prefix: 'for (let i = 0; i < items.length; i',
        suffix: ') {\n  console.log(items[i]);\n}\n',
        source: 'file:///loop.ts',
        layout: 'spm',
        budgetTokens: 400,
        countTokens: (text) => engine.countTokens(text),
      });
      const generation = engine.generate(plan, { lane: 'inline', maxTokens: 8, stop: ['\n'] });
      let text = '';
      for await (const token of generation) text += token.text;
      assert.match(text, /^\+\+/);
      const { promptTokens, reason } = await generation.summary;
      assert.ok(promptTokens > 20 && promptTokens <= 400);
      assert.notEqual(reason, 'context');
    } finally {
      await engine.close();
    }
  });
});
