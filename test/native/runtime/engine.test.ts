/** The native engine through its addon: streaming, aborts, what stays resident, lanes, errors. */
import assert from 'node:assert/strict';
import type {
  NativeEngine,
  NativeEngineOptions,
  NativeError,
} from '../../../server/engine/native/addon.js';
import { exactPaths, fastPaths, fixtureModel, nativeAddon } from '../addons.js';
import { ask } from './ask.js';

const none = new Int32Array(0);
const prompt = (length: number, step = 37): Int32Array =>
  Int32Array.from({ length }, (_, i) => (i * step) % 1000);

describe('the native engine', function () {
  this.timeout(30_000);
  const open: NativeEngine[] = [];
  const load = async (
    options: NativeEngineOptions = {},
    model = 'tiny-lite-q4_k_m.gguf',
  ): Promise<NativeEngine> => {
    // In float32, so that answers do not depend on how a prompt was cut into passes.
    const cpuPath = exactPaths().at(-1)!;
    const engine = await nativeAddon().loadEngine(fixtureModel(model), { cpuPath, ...options });
    open.push(engine);
    return engine;
  };
  afterEach(async () => {
    for (const engine of open.splice(0)) await engine.close();
  });

  it('loads with rising progress and says what it takes', async () => {
    const progress: number[] = [];
    const file = fixtureModel('tiny-v3-q8_0.gguf');
    const options = { contextLength: 128, threads: 2, cpuPath: exactPaths().at(-1)! };
    const engine = await nativeAddon().loadEngine(file, options, (f) => progress.push(f));
    open.push(engine);
    assert.ok(progress.length > 0);
    assert.ok(progress.every((f, i) => f >= (progress[i - 1] ?? 0) && f <= 1));
    assert.equal(engine.info.contextLength, 128);
    assert.equal(engine.info.threads, 2);
    // 4 layers and the MTP module of (64 latent + 16 rotated) float32 values a token; its state of 256 and two words.
    assert.equal(engine.info.kvBytesPerToken, 5 * 80 * 4 + 258 * 4);
    assert.equal(engine.info.vocabularySize, 1040);
  });

  it('computes a small model in float32 unless it is told otherwise', async () => {
    const engine = await nativeAddon().loadEngine(fixtureModel('tiny-lite-q4_k_m.gguf'), {});
    open.push(engine);
    assert.equal(engine.info.cpuPath, exactPaths().at(-1));
  });

  if (fastPaths().includes('amx')) {
    it('keeps its cache in bfloat16 tiles where the CPU has them', async () => {
      const engine = await load({ cpuPath: 'amx' }, 'tiny-v3-q8_0.gguf');
      // 80 values, padded to three tiles of 32; those of the MTP module stay float32.
      assert.equal(engine.info.kvBytesPerToken, 4 * 96 * 2 + 80 * 4 + 258 * 4);
    });
  } else {
    it.skip('keeps its cache in bfloat16 tiles: this CPU has none', () => undefined);
  }

  it('streams the same greedy tokens as the largest logits, with their log-probabilities', async () => {
    const engine = await load();
    const tokens = prompt(20);
    const { ids, logProbabilities, summary } = await ask(engine, { tokens }).answer;
    const all = Int32Array.from([...tokens, ...ids]);
    const logits = await engine.logits(all, 64);
    ids.forEach((id, i) => {
      const row = logits.subarray((19 + i) * 1040, (20 + i) * 1040);
      const largest = Math.max(...row);
      assert.equal(row.indexOf(largest), id);
      const sum = row.reduce((total, x) => total + Math.exp(x - largest), 0);
      assert.ok(Math.abs(logProbabilities[i]! + Math.log(sum)) < 1e-3);
    });
    assert.equal(summary.reason, 'length');
    assert.equal(summary.promptTokens, 20);
    assert.equal(summary.generatedTokens, 8);
  });

  it('needs only the new tokens of a longer prompt, and answers the same', async () => {
    const fresh = await ask(await load(), { tokens: prompt(60) }).answer;
    const engine = await load();
    await ask(engine, { tokens: prompt(50), maxTokens: 0 }).answer;
    assert.equal(engine.resident(prompt(60)), 50);
    const resumed = await ask(engine, { tokens: prompt(60) }).answer;
    assert.equal(resumed.summary.residentTokens, 50);
    assert.deepEqual(resumed.ids, fresh.ids);
    const again = await ask(engine, { tokens: prompt(60) }).answer;
    assert.equal(again.summary.residentTokens, 59);
    assert.deepEqual(again.ids, fresh.ids);
  });

  it('answers the same cold and warm on every path', async () => {
    for (const cpuPath of [...exactPaths(), ...fastPaths()]) {
      const engine = await load({ cpuPath });
      const cold = await ask(engine, { tokens: prompt(60) }).answer;
      const warm = await ask(engine, { tokens: prompt(60) }).answer;
      assert.equal(warm.summary.residentTokens, 59);
      assert.deepEqual([warm.ids, warm.logProbabilities], [cold.ids, cold.logProbabilities]);
    }
  });

  it('keeps the common beginning of another prompt', async () => {
    const engine = await load();
    await ask(engine, { tokens: prompt(40) }).answer;
    const other = Int32Array.from([...prompt(25), 3, 1, 4]);
    assert.equal(engine.resident(other), 25);
    assert.equal((await ask(engine, { tokens: other }).answer).summary.residentTokens, 25);
  });

  it('keeps its cache when asked to warm up what is there', async () => {
    const engine = await load();
    await ask(engine, { tokens: prompt(40) }).answer;
    const { summary } = await ask(engine, { tokens: prompt(10), maxTokens: 0 }).answer;
    assert.equal(summary.residentTokens, 10);
    assert.ok(engine.resident(prompt(40)) >= 40);
  });

  it('stops in the middle of prefill when aborted', async () => {
    const engine = await load({ chunk: 4, cpuPath: 'reference' });
    const { handle, answer } = ask(engine, { tokens: prompt(2000), maxTokens: 500 });
    setTimeout(() => {
      engine.cancel(handle);
    }, 30);
    const { ids, summary } = await answer;
    assert.equal(summary.reason, 'aborted');
    assert.deepEqual(ids, []);
    assert.ok(engine.resident(prompt(2000)) < 2000);
  });

  it('keeps its cache when a request is aborted before it began', async () => {
    const engine = await load();
    await ask(engine, { tokens: prompt(200), maxTokens: 100 }).answer;
    const long = ask(engine, { tokens: prompt(300), maxTokens: 200 });
    const waiting = ask(engine, { tokens: prompt(50, 11) });
    engine.cancel(waiting.handle);
    await Promise.all([long.answer, waiting.answer]);
    assert.ok(engine.resident(prompt(300)) >= 300);
  });

  it('frees the model when it is closed, and still says what it was', async () => {
    const engine = await load({ contextLength: 4096, chunk: 4096 }, 'tiny-v3-q8_0.gguf');
    const before = process.memoryUsage().rss;
    await ask(engine, { tokens: prompt(4000), maxTokens: 1 }).answer;
    const used = process.memoryUsage().rss - before;
    assert.ok(used > 30e6, `a pass over 4,000 tokens touched only ${used} bytes`);
    await engine.close();
    assert.ok(process.memoryUsage().rss - before < used / 2, 'the memory was kept');
    assert.equal(engine.info.contextLength, 4096);
  });

  it('answers correctly after an abort', async () => {
    const expected = await ask(await load({ chunk: 8 }), { tokens: prompt(300) }).answer;
    const engine = await load({ chunk: 8 });
    for (let i = 0; i < 5; i++) {
      const { handle, answer } = ask(engine, { tokens: prompt(300, 11 + i), maxTokens: 50 });
      setTimeout(() => {
        engine.cancel(handle);
      }, i);
      await answer;
    }
    assert.deepEqual((await ask(engine, { tokens: prompt(300) }).answer).ids, expected.ids);
  });

  it('ends a request that was cancelled while it waited', async () => {
    const engine = await load();
    const first = ask(engine, { tokens: prompt(200), maxTokens: 40 });
    const second = ask(engine, { tokens: prompt(30) });
    engine.cancel(second.handle);
    assert.equal((await second.answer).summary.reason, 'aborted');
    assert.equal((await first.answer).summary.reason, 'length');
  });

  it('serves the inline lane before the others', async () => {
    const engine = await load();
    const order: string[] = [];
    const names = ['inline', 'chat', 'speculate', 'warm'];
    const running = ask(engine, { tokens: prompt(400), maxTokens: 30 }).answer;
    const waiting = [3, 2, 1, 0].map(async (lane) => {
      await ask(engine, { tokens: prompt(10), lane, maxTokens: 2 }).answer;
      order.push(names[lane]!);
    });
    await Promise.all([running, ...waiting]);
    assert.deepEqual(order, names);
  });

  it('ends at a stop string, at an end token, and at the end of the context', async () => {
    const engine = await load({ contextLength: 48 });
    const free = await ask(engine, { tokens: prompt(20), maxTokens: 20 }).answer;
    const stop = free.text.slice(3, 6);
    const stopped = await ask(engine, { tokens: prompt(20), maxTokens: 20, stop: [stop] }).answer;
    assert.equal(stopped.summary.reason, 'stop');
    assert.equal(stopped.text, free.text.slice(0, free.text.indexOf(stop)));

    const end = free.ids[4]!;
    const ended = await ask(engine, {
      tokens: prompt(20),
      maxTokens: 20,
      endTokens: Int32Array.of(end),
    }).answer;
    assert.equal(ended.summary.reason, 'end');
    assert.deepEqual(ended.ids, free.ids.slice(0, free.ids.indexOf(end)));

    const full = await ask(engine, { tokens: prompt(20), maxTokens: 1000 }).answer;
    assert.equal(full.summary.reason, 'context');
    assert.equal(full.ids.length, 48 - 20 + 1);
  });

  it('never samples a banned token', async () => {
    const engine = await load();
    const free = await ask(engine, { tokens: prompt(20) }).answer;
    const banned = Int32Array.from(free.ids);
    const other = await ask(engine, { tokens: prompt(20), bannedTokens: banned }).answer;
    assert.ok(other.ids.every((id) => !free.ids.includes(id)));
  });

  it('says what is wrong with a request', async () => {
    const engine = await load({ contextLength: 32 });
    for (const [request, message] of [
      [{ tokens: none }, /no tokens/],
      [{ tokens: Int32Array.of(1, 5000) }, /token 5000 is outside/],
      [{ tokens: Int32Array.of(-1) }, /token -1 is outside/],
      [{ tokens: prompt(33) }, /33 tokens, but the context holds 32/],
      [{ tokens: prompt(3), topP: 0 }, /topP/],
    ] as const) {
      await assert.rejects(ask(engine, request).answer, (error: NativeError) => {
        assert.match(error.message, message);
        assert.equal(error.code, 'invalid-argument');
        return error.remedy.length > 0;
      });
    }
    await assert.rejects(ask(engine, { tokens: prompt(3), maxTokens: -1 }).answer, /`maxTokens`/);
    const list = [1, 2] as unknown as Int32Array;
    await assert.rejects(ask(engine, { tokens: list }).answer, /Int32Array/);
  });

  it('closes while a request runs and another waits, and refuses what comes later', async () => {
    const engine = await load();
    let started = (): void => undefined;
    const firstToken = new Promise<void>((resolve) => (started = resolve));
    const running = ask(engine, { tokens: prompt(10), maxTokens: 4000 }, started).answer;
    await firstToken;
    // It has joined the first by now, or has not been looked at yet.
    const waiting = ask(engine, { tokens: prompt(10), maxTokens: 4000 }).answer.then(
      ({ summary }) => summary.reason,
      (error: unknown) => (error as NativeError).code,
    );
    await engine.close();
    assert.equal((await running).summary.reason, 'aborted');
    assert.match(await waiting, /^(aborted|closed)$/);
    await assert.rejects(
      ask(engine, { tokens: prompt(10) }).answer,
      (error: NativeError) => error.code === 'closed',
    );
    await engine.close();
  });

  it('gives the same text for the same seed', async () => {
    const engine = await load();
    const draw = async (seed: number) =>
      (await ask(engine, { tokens: prompt(20), temperature: 1, seed, maxTokens: 20 }).answer).ids;
    assert.deepEqual(await draw(5), await draw(5));
    assert.notDeepEqual(await draw(5), await draw(6));
  });
});
