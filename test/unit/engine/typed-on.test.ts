import assert from 'node:assert/strict';
import { loadNativeEngine } from '../../../server/engine/native/engine.js';
import { planFim, type FimPlan } from '../../../server/prompt/fim-plan.js';
import { findModel } from '../../../server/models/find-model.js';
import { nativeAddon, packageRoot } from '../../native/addons.js';

const code = Array.from({ length: 8 }, (_, i) => `  const value${i} = compute(${i});\n`).join('');

describe('an answer that was cut short, and typed on', function () {
  this.timeout(60_000);

  it('is in the cache as far as it was typed: only its last tokens are computed again', async () => {
    // Trained on code: what it writes is cut into tokens again as it was written. It knows this order as well.
    const engine = await loadNativeEngine(nativeAddon(), findModel({ packageRoot }).path);
    try {
      let previous: FimPlan | undefined;
      const plan = (typed: string): FimPlan => {
        previous = planFim({
          ...{ prefix: `${code}  for (let i = 0; ${typed}`, suffix: `\n}\n${code}` },
          ...{ source: 'file:///a.ts', layout: 'psm', kind: 'anchored', budgetTokens: 400 },
          countTokens: (text) => engine.countTokens(text),
          previous,
        });
        return previous;
      };
      const abort = new AbortController();
      const first = engine.generate(plan('i < '), {
        ...{ lane: 'inline', maxTokens: 64, heal: true, signal: abort.signal },
      });
      let answer = '';
      let tokens = 0;
      for await (const token of first) {
        answer += token.text;
        if (++tokens === 6) abort.abort();
      }
      // The engine may be done before it hears of the abort: that is not what is tried here.
      const { promptTokens } = await first.summary;
      assert.match(answer, /\w/);
      const computed = engine.resident(plan(`i < ${answer}`));
      assert.ok(computed > promptTokens, `${computed} of ${promptTokens} and ${tokens} more`);
      for (const length of [1, Math.floor(answer.length / 2), answer.length]) {
        const typed = plan(`i < ${answer.slice(0, length)}`);
        const again = engine.generate(typed, { lane: 'inline', maxTokens: 0, heal: true });
        const summary = await again.summary;
        const left = summary.promptTokens - summary.residentTokens;
        assert.ok(left <= 5, `${left} tokens behind ${length} characters`);
      }
      // Something else: the cache serves as far as both agree.
      const other = plan(`i < ${answer.slice(0, 2)}, other`);
      assert.ok(engine.resident(other) >= promptTokens - 3);
    } finally {
      await engine.close();
    }
  });
});
