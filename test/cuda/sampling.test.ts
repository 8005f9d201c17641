/** Whether a GPU's largest logits settle a token or its whole row does: it is what sampling from all logits gives. */
import assert from 'node:assert/strict';
import type { NativeEngine } from '../../server/engine/native/addon.js';
import { fixtureModel, nativeAddon, testingAddon } from '../native/addons.js';
import { ask, type Answer } from '../native/runtime/ask.js';
import { emulationRuns, onEmulatedGpu } from './kernel-check.js';

// So few because the emulated GPU takes a third of a second for each row.
const prompt = Int32Array.of(5);
const maxTokens = 3;

const requests = {
  greedy: {},
  'sampled from the likeliest tokens': { temperature: 1, topK: 20, seed: 3 },
  // 64 of 1040 never settle this.
  'sampled from all tokens': { temperature: 1.2, seed: 9 },
} as const;

(emulationRuns ? describe : describe.skip)('an answer from a GPU', function () {
  this.timeout(60_000);
  let engine: NativeEngine;
  const answers = new Map<string, Promise<Answer>>();
  before(async () => {
    engine = await onEmulatedGpu(() =>
      nativeAddon().loadEngine(fixtureModel('tiny-lite-q8_0.gguf'), {
        device: 'cuda',
        contextLength: 64,
      }),
    );
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
