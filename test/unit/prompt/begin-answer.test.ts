import assert from 'node:assert/strict';
import type { PromptPlan } from '../../../server/engine/contract.js';
import { beginAnswer } from '../../../server/prompt/begin-answer.js';
import { planText } from '../../support/scripted-engine.js';

const plan = (...segments: PromptPlan['segments']): PromptPlan => ({ segments });
const middle = { kind: 'special', token: 'fimMiddle' } as const;
const prefix = { kind: 'text', text: 'items.fo', source: 'file:///a.ts' } as const;

describe('the given beginning of an answer', () => {
  it('follows the token that ends the description of a hole', () => {
    const begun = beginAnswer(plan(prefix, middle), 'rEach(', 'lacuna:typed');
    assert.equal(planText(begun), 'items.fo<fimMiddle>rEach(');
    assert.deepEqual(begun.segments.at(-1), {
      kind: 'text',
      text: 'rEach(',
      source: 'lacuna:typed',
    });
  });

  it('is one text with the text that it continues', () => {
    const begun = beginAnswer(plan(middle, prefix), 'rEach(', 'lacuna:typed');
    assert.deepEqual(begun.segments, [middle, { ...prefix, text: 'items.forEach(' }]);
  });

  it('leaves the plan alone where it is empty', () => {
    const whole = plan(middle, prefix);
    assert.equal(beginAnswer(whole, '', 'lacuna:typed'), whole);
  });

  it('may be all there is', () => {
    assert.equal(planText(beginAnswer(plan(), 'a', 'lacuna:typed')), 'a');
  });
});
