/** Several requests at once on real arithmetic: none changes another's answer. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { NativeEngine, NativeEngineOptions } from '../../../server/engine/native/addon.js';
import { randomModel, smallShape } from '../../fixtures/model-gguf.js';
import { exactPaths, fastPaths, fixtureModel, nativeAddon } from '../addons.js';
import { ask, prompt, until } from './ask.js';

const [INLINE, CHAT, SPECULATE, WARM] = [0, 1, 2, 3] as const;
const exact = exactPaths().at(-1)!;
/** float32 values of KV for a position: two layers of latent and rotated key. */
const shape = { ...smallShape, kvLoraRank: 28, contextLength: 4096 };
const kvPageBytes = 64 * 2 * 32 * 4;
/** With quantised weights and dimensions that the byte and tile kernels take. */
const quantised = fixtureModel('tiny-lite-q4_k_m.gguf');

describe('requests side by side', function () {
  this.timeout(60_000);
  let folder: string;
  let model: string;
  const open: NativeEngine[] = [];
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'lacuna-lanes-'));
    model = path.join(folder, 'random.gguf');
    writeFileSync(model, randomModel(shape));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    for (const engine of open.splice(0)) await engine.close();
  });
  const load = async (options: NativeEngineOptions = {}, file = model): Promise<NativeEngine> => {
    const engine = await nativeAddon().loadEngine(file, { cpuPath: exact, ...options });
    open.push(engine);
    return engine;
  };
  const idle = (engine: NativeEngine): void => {
    const { total, free, held, shared, cached } = engine.pageUsage();
    assert.deepEqual([held, shared, free + cached], [0, 0, total]);
  };

  for (const cpuPath of [exact, ...fastPaths()]) {
    it(`pauses a long prompt for an inline request, and ends it with the same bytes: ${cpuPath}`, async () => {
      const options = { cpuPath, chunk: 64, threads: 2 };
      const long = { tokens: prompt(1000), lane: CHAT };
      const short = { tokens: prompt(60, 11), lane: INLINE };
      const undisturbed = await ask(await load(options, quantised), long).answer;
      const engine = await load(options, quantised);
      const order: string[] = [];
      const chat = ask(engine, long, () => order.push('chat'));
      await until(() => engine.resident(long.tokens) > 0);
      const inline = ask(engine, short, () => order.push('inline'));
      const [first, second] = await Promise.all([chat.answer, inline.answer]);
      assert.deepEqual(order, [
        ...Array<string>(8).fill('inline'),
        ...Array<string>(8).fill('chat'),
      ]);
      assert.deepEqual(
        [first.ids, first.logProbabilities],
        [undisturbed.ids, undisturbed.logProbabilities],
      );
      assert.equal(second.ids.length, 8);
      idle(engine);
    });

    it(`lets a lane wait as long as it is told to, and ends its answer with the same bytes: ${cpuPath}`, async () => {
      const options = { cpuPath, chunk: 64, threads: 2 };
      const long = { tokens: prompt(1000), lane: CHAT };
      const undisturbed = await ask(await load(options, quantised), long).answer;
      const engine = await load(options, quantised);
      let ended = false;
      const answer = ask(engine, long).answer.finally(() => (ended = true));
      await until(() => engine.resident(long.tokens) > 0);
      engine.hold(CHAT);
      // A chunk may have ended meanwhile; none does from now on.
      await ask(engine, { tokens: prompt(60, 11), lane: INLINE }).answer;
      const resident = engine.resident(long.tokens);
      const waiting = ask(engine, { tokens: prompt(70, 5), lane: WARM });
      await ask(engine, { tokens: prompt(90, 7), lane: INLINE }).answer;
      assert.deepEqual([ended, engine.resident(long.tokens)], [false, resident]);
      engine.cancel(waiting.handle);
      assert.equal((await waiting.answer).summary.reason, 'aborted', 'who waits can be cancelled');
      engine.hold(4);
      assert.deepEqual((await answer).ids, undisturbed.ids);
      idle(engine);
    });

    it(`goes on with a prompt that was aborted again and again, to the same bytes: ${cpuPath}`, async () => {
      const options = { cpuPath, chunk: 512, threads: 2 };
      const tokens = prompt(600);
      const undisturbed = await ask(await load(options, quantised), { tokens }).answer;
      const engine = await load(options, quantised);
      for (let i = 1; i <= 8; i++) {
        const { handle, answer } = ask(engine, { tokens });
        setTimeout(() => {
          engine.cancel(handle);
        }, i);
        await answer;
      }
      const { ids, logProbabilities } = await ask(engine, { tokens }).answer;
      assert.deepEqual([ids, logProbabilities], [undisturbed.ids, undisturbed.logProbabilities]);
      idle(engine);
    });

    it(`answers eight at once as it answers each alone, to the last bit: ${cpuPath}`, async () => {
      const options = { cpuPath, chunk: 64, threads: 2 };
      const asks = Array.from({ length: 8 }, (_, i) => ({
        tokens: prompt(30 + 17 * i, 5 + 2 * i),
        maxTokens: 20 + i,
      }));
      const engine = await load(options, quantised);
      const together = await Promise.all(asks.map((one) => ask(engine, one).answer));
      for (const [i, one] of asks.entries()) {
        const alone = await ask(await load(options, quantised), one).answer;
        assert.deepEqual(together[i]!.ids, alone.ids);
        assert.deepEqual(together[i]!.logProbabilities, alone.logProbabilities);
      }
      idle(engine);
    });
  }

  it('gives the same answer whatever the cut, the lanes, the threads and what is resident', async () => {
    const asks = [prompt(150), prompt(150, 41), prompt(90), prompt(40, 7)].map((tokens, i) => ({
      tokens,
      lane: i % 4,
      maxTokens: 12,
    }));
    const expected = await Promise.all(
      asks.map(async (one) => (await ask(await load({ cpuPath: 'reference' }), one).answer).ids),
    );
    for (const options of [
      { chunk: 1 },
      { chunk: 7 },
      { chunk: 100, threads: 1 },
      { threads: 4 },
    ]) {
      const engine = await load(options);
      for (const rotation of [0, 1, 2, 3]) {
        const rotated = asks.map((one, i) => ({ ...one, lane: (i + rotation) % 4 }));
        const answers = await Promise.all(rotated.map((one) => ask(engine, one).answer));
        assert.deepEqual(
          answers.map(({ ids }) => ids),
          expected,
        );
      }
      idle(engine);
    }
  });

  it('serves inline before chat before speculation before warming up', async () => {
    const engine = await load({ chunk: 16 });
    const order: string[] = [];
    const running = ask(engine, { tokens: prompt(2000, 3), lane: WARM, maxTokens: 1 });
    await until(() => engine.resident(prompt(2000, 3)) > 0);
    const names = ['inline', 'chat', 'speculate'];
    await Promise.all([
      ...[SPECULATE, CHAT, INLINE].map(async (lane) => {
        await ask(engine, { tokens: prompt(40, 5 + lane), lane }).answer;
        order.push(names[lane]!);
      }),
      running.answer.then(() => order.push('warm')),
    ]);
    assert.deepEqual(order, [...names, 'warm']);
  });

  it('shares the pages of a common beginning, and counts them', async () => {
    const engine = await load({ contextLength: 1024, kvBytes: 64 * kvPageBytes });
    const { pageBytes, pageTokens, kvBytes } = engine.info;
    assert.deepEqual([pageTokens, pageBytes], [64, kvPageBytes]);
    assert.deepEqual([kvBytes, engine.pageUsage().total], [64 * pageBytes, 64]);
    await ask(engine, { tokens: prompt(200), maxTokens: 0 }).answer;
    assert.deepEqual(engine.pageUsage(), { total: 64, free: 60, held: 0, shared: 0, cached: 4 });
    const forks = [1, 2, 3].map((id) => {
      let started = (): void => undefined;
      const first = new Promise<void>((resolve) => (started = resolve));
      const tokens = Int32Array.from([...prompt(200), id, id, id]);
      return { first, ...ask(engine, { tokens, maxTokens: 800 }, started) };
    });
    await Promise.all(forks.map(({ first }) => first));
    // Three whole pages of the prompt; each fork has the rest of it for itself.
    const { shared, held } = engine.pageUsage();
    assert.equal(shared, 3);
    assert.ok(held >= 6, `${held} pages are held`);
    for (const { handle } of forks) engine.cancel(handle);
    for (const { answer } of forks) {
      const { summary } = await answer;
      assert.ok(summary.residentTokens >= 200);
    }
    idle(engine);
  });

  it('computes a prompt once that two ask for at the same time', async () => {
    const engine = await load({ chunk: 32 });
    const tokens = prompt(600);
    const [chat, inline] = await Promise.all([
      ask(engine, { tokens, lane: CHAT }).answer,
      ask(engine, { tokens, lane: INLINE }).answer,
    ]);
    assert.equal(inline.summary.residentTokens, 0);
    assert.equal(chat.summary.residentTokens, 599);
    assert.deepEqual(chat.ids, inline.ids);
  });

  it('forgets what was used longest ago when its pages are needed', async () => {
    const engine = await load({ contextLength: 256, kvBytes: 8 * kvPageBytes });
    const [a, b, c] = [prompt(190, 3), prompt(190, 5), prompt(190, 7)];
    for (const tokens of [a, b, a, c]) await ask(engine, { tokens, maxTokens: 0 }).answer;
    assert.equal(engine.resident(a), 190);
    assert.equal(engine.resident(c), 190);
    assert.ok(engine.resident(b) < 190);
    idle(engine);
  });

  it('shortens the context to what the cache holds, and says so', async () => {
    const engine = await load({ contextLength: 4096, kvBytes: 5 * kvPageBytes });
    assert.equal(engine.info.contextLength, 320);
    const { answer } = ask(engine, { tokens: prompt(300), maxTokens: 1000 });
    assert.equal((await answer).summary.reason, 'context');
    await assert.rejects(load({ kvBytes: 1000 }), /1000 bytes holds less than 4 pages of 16384/);
  });

  it('drops the middle of a text that outgrows the context, and says how much', async () => {
    const engine = await load({ contextLength: 128 });
    const request = { tokens: prompt(120), maxTokens: 200, keepFirst: 28 };
    const { ids, summary } = await ask(engine, { ...request, overflow: 'trim' }).answer;
    assert.deepEqual([summary.reason, ids.length], ['length', 200]);
    // Half of what is left behind the first 28, each time.
    assert.equal(summary.trimmedTokens, 4 * 50);
    const cut = await load({ contextLength: 128 });
    const start = ids.slice(0, 9);
    const rest = Int32Array.from([...prompt(28), ...prompt(120).slice(78), ...start]);
    const after = await ask(cut, { tokens: rest, maxTokens: 50 }).answer;
    assert.deepEqual(after.ids, ids.slice(9, 59));

    const long = { tokens: prompt(300), maxTokens: 4, keepFirst: 10 };
    assert.equal(
      (await ask(engine, { ...long, overflow: 'trim' }).answer).summary.trimmedTokens,
      177,
    );
    await assert.rejects(ask(engine, long).answer, /300 tokens, but the context holds 128/);
    await assert.rejects(
      ask(engine, { ...long, overflow: 'trim', keepFirst: 65 }).answer,
      /first 65 tokens of a context of 128/,
    );
    const wrong = { ...long, overflow: 'slide' as 'trim' };
    await assert.rejects(ask(engine, wrong).answer, /`overflow` is 'slide'/);
  });

  it('pauses what runs for logits of every position, and leaves the cache alone', async () => {
    const engine = await load({ chunk: 32 });
    const running = ask(engine, { tokens: prompt(800), lane: CHAT });
    await until(() => engine.resident(prompt(800)) > 0);
    const logits = await engine.logits(prompt(100, 3), 32);
    assert.equal(logits.length, 100 * 261);
    assert.equal(engine.resident(prompt(100, 3)), 0);
    const alone = await ask(await load({ chunk: 32 }), { tokens: prompt(800), lane: CHAT }).answer;
    assert.deepEqual((await running.answer).ids, alone.ids);
    idle(engine);
  });
});
