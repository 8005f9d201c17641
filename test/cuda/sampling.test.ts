/** Whether a GPU's largest logits settle a token or its whole row does: it is what sampling from all logits gives. */
import assert from 'node:assert/strict';
import path from 'node:path';
import type { NativeEngine } from '../../server/engine/native/addon.js';
import { fixtureModel, nativeAddon, testingAddon } from '../native/addons.js';
import { ask, type Answer } from '../native/runtime/ask.js';
import { emulatedFolder, emulationRuns } from './kernel-check.js';

// So few because the emulated GPU takes a third of a second for each row.
const prompt = Int32Array.of(5);
const maxTokens = 3;

const requests = {
  greedy: {},
  'sampled from the likeliest tokens': { temperature: 1, topK: 20, seed: 3 },
  // 64 of 1040 never settle this.
  'sampled from all tokens': { temperature: 1.2, seed: 9 },
} as const;

/** On the emulated GPU, whose driver is looked up when a model is loaded. */
async function loadOnGpu(model: string): Promise<NativeEngine> {
  const own = process.env.LACUNA_CUDA_DRIVER;
  process.env.LACUNA_CUDA_DRIVER = path.join(emulatedFolder, 'libcuda_emulated.so');
  try {
    return await nativeAddon().loadEngine(model, { device: 'cuda', contextLength: 64 });
  } finally {
    if (own === undefined) delete process.env.LACUNA_CUDA_DRIVER;
    else process.env.LACUNA_CUDA_DRIVER = own;
  }
}

(emulationRuns ? describe : describe.skip)('an answer from a GPU', function () {
  this.timeout(60_000);
  let engine: NativeEngine;
  const answers = new Map<string, Promise<Answer>>();
  before(async () => {
    engine = await loadOnGpu(fixtureModel('tiny-lite-q8_0.gguf'));
    // Together: rows of the same passes.
    for (const [name, options] of Object.entries(requests)) {
      const request = { tokens: prompt, maxTokens, draftLength: 0, ...options };
      answers.set(name, ask(engine, request).answer);
    }
  });
  after(() => engine.close());

  for (const [name, options] of Object.entries(requests))
    it(`has the tokens and log-probabilities of whole rows: ${name}`, async () => {
      const { ids, logProbabilities } = await answers.get(name)!;
      const tokens = Int32Array.from([...prompt, ...ids.slice(0, -1)]);
      // So few tokens are computed as in decoding: each as if alone.
      const rows = await engine.logits(tokens, tokens.length);
      const logits = rows.subarray((prompt.length - 1) * engine.info.vocabularySize);
      const expected = testingAddon().sample({ ...options, logits, rows: maxTokens });
      assert.deepEqual(ids, [...expected.ids]);
      logProbabilities.forEach((p, i) => {
        assert.ok(Math.abs(p - expected.logProbabilities[i]!) <= 1e-5, `token ${i}`);
      });
    });
});
