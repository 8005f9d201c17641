/** What is typed in the replay, what a keystroke costs, and that aborts are timed. */
import assert from 'node:assert/strict';
import { measureAborts } from '../../../server/bench/aborts.js';
import { replay, type ReplayFigures } from '../../../server/bench/replay.js';
import { sampleEdit } from '../../../server/bench/sample-document.js';
import { describeModel } from '../../../server/engine/model/describe-model.js';
import { findModel } from '../../../server/models/find-model.js';
import { fixtureModel, nativeAddon, packageRoot } from '../../native/addons.js';

const words = (text: string): number => text.match(/\w+|[^\s\w]/g)?.length ?? 0;

async function replayOn(model: string, keystrokes: number): Promise<ReplayFigures[]> {
  const addon = nativeAddon();
  const engine = await addon.loadEngine(model, { contextLength: 2048 });
  try {
    return await replay(engine, describeModel(addon.openModelFile(model)), {
      keystrokes,
      documentTokens: 600,
      onLayout: () => undefined,
    });
  } finally {
    await engine.close();
  }
}

describe('the replayed edit', function () {
  this.timeout(60_000);

  it('is a document of about the tokens that are asked for, the same each time', () => {
    const edit = sampleEdit('seed', 1000, 200, words);
    assert.deepEqual(sampleEdit('seed', 1000, 200, words), edit);
    const tokens = words(edit.prefix) + words(edit.suffix);
    assert.ok(tokens >= 1000 && tokens < 1200, `${tokens} tokens`);
    assert.equal(edit.typed.length, 200);
    assert.match(edit.prefix, /\{\n$/);
    assert.match(edit.suffix, /^\n\}\n/);
    assert.notEqual(sampleEdit('other', 1000, 200, words).prefix, edit.prefix);
  });

  it('prefills little more than what was typed on a model that reads the suffix first', async () => {
    const embedded = findModel({ packageRoot }).path;
    const [plain, ...others] = await replayOn(embedded, 60);
    assert.deepEqual(others, []);
    assert.equal(plain?.keystrokes, 60);
    assert.ok(plain.prefilledTokens.p50 <= 3, JSON.stringify(plain));
  });

  it('prefills the suffix at each keystroke on other models, unless the plan is anchored', async () => {
    const [plain, anchored] = await replayOn(fixtureModel('tiny-lite-q4_k_m.gguf'), 60);
    assert.equal(plain?.layout, 'plain');
    assert.ok(plain.prefilledTokens.p50 > 100, JSON.stringify(plain));
    assert.equal(anchored?.layout, 'anchored');
    assert.ok(anchored.prefilledTokens.p50 <= 3, JSON.stringify(anchored));
  });
});

describe('timed aborts', function () {
  this.timeout(60_000);

  it('are as many as were asked for, in prefill and in decode', async () => {
    const model = fixtureModel('tiny-v3-q8_0.gguf');
    const options = { contextLength: 2048, chunk: 32, cpuPath: 'reference' } as const;
    const engine = await nativeAddon().loadEngine(model, options);
    try {
      const { aborts, prefillMs, decodeMs } = await measureAborts(engine, 4, 512);
      assert.equal(aborts, 4);
      for (const { p50, p95 } of [prefillMs, decodeMs]) assert.ok(p50 >= 0 && p95 >= p50);
    } finally {
      await engine.close();
    }
  });
});
