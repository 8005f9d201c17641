import assert from 'node:assert/strict';
import type { PromptPlan } from '../../../server/engine/contract.js';
import { planText, ScriptedEngine } from '../../support/scripted-engine.js';
import { engineBehaviour, textPlan } from './behaviour.js';

/** Words that follow from the prompt. */
function words(plan: PromptPlan): string {
  let state = planText(plan).length;
  return Array.from({ length: 200 }, () => {
    state = (state * 7919 + 13) % 100_003;
    return ` ${state.toString(36)}`;
  }).join('');
}

engineBehaviour('scripted', () =>
  Promise.resolve(new ScriptedEngine({ answer: words, info: { contextLength: 128 } })),
);

describe('the scripted engine', () => {
  it('ends by itself where its script does', async () => {
    const engine = new ScriptedEngine({ answer: 'one two' });
    const generation = engine.generate(textPlan('x'), { lane: 'inline', maxTokens: 9 });
    assert.equal((await generation.summary).reason, 'end');
    assert.equal(engine.requests.length, 1);
  });

  it('fails with what its script throws', async () => {
    const engine = new ScriptedEngine({
      answer: () => {
        throw new Error('script');
      },
    });
    const generation = engine.generate(textPlan('x'), { lane: 'inline', maxTokens: 9 });
    await assert.rejects(generation.summary, /script/);
  });
});
