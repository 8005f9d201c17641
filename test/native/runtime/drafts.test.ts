/** Answers with drafts: the same as without, in fewer passes. */
import assert from 'node:assert/strict';
import type {
  NativeEngine,
  NativeEngineOptions,
  NativeError,
  NativeRequest,
} from '../../../server/engine/native/addon.js';
import { exactPaths, fastPaths, fixtureModel, nativeAddon, unavailablePaths } from '../addons.js';
import { ask, type Answer } from './ask.js';

const prompt = Int32Array.from({ length: 40 }, (_, i) => (i * 37) % 1000);
/** Does not run in circles, as a greedy answer of a random model does. */
const DRAWN = { tokens: prompt, maxTokens: 40, temperature: 1, seed: 3 };

const answerTo = (...request: Parameters<typeof ask>): Promise<Answer> => ask(...request).answer;

/** A text to copy `ids` from, where they follow the prompt's end. */
const source = (ids: readonly number[]): Int32Array =>
  Int32Array.from([...prompt.subarray(-4), ...ids]);
/** Every tenth token is another one. */
const edited = (ids: readonly number[]): number[] =>
  ids.map((id, i) => (i % 10 === 9 ? (id + 1) % 1000 : id));

function assertSame(actual: Answer, expected: Answer): void {
  assert.deepEqual(actual.ids, expected.ids);
  assert.deepEqual(actual.logProbabilities, expected.logProbabilities);
  assert.equal(actual.text, expected.text);
  assert.equal(actual.summary.reason, expected.summary.reason);
  assert.equal(actual.summary.generatedTokens, expected.summary.generatedTokens);
}

describe('drafts', function () {
  this.timeout(60_000);
  const open: NativeEngine[] = [];
  const load = async (
    options: NativeEngineOptions = {},
    model = 'tiny-lite-q4_k_m.gguf',
  ): Promise<NativeEngine> => {
    const cpuPath = exactPaths().at(-1)!;
    const engine = await nativeAddon().loadEngine(fixtureModel(model), { cpuPath, ...options });
    open.push(engine);
    return engine;
  };
  afterEach(async () => {
    for (const engine of open.splice(0)) await engine.close();
  });

  for (const cpuPath of [...exactPaths(), ...fastPaths()]) {
    for (const model of ['tiny-lite-q4_k_m.gguf', 'tiny-v3-q8_0.gguf']) {
      it(`change no bit of an answer: ${model} on ${cpuPath}`, async () => {
        const engine = await load({ cpuPath }, model);
        const greedy = { tokens: prompt, maxTokens: 24 };
        // The reference takes its time.
        const lengths = cpuPath === 'reference' ? [4] : [undefined, 1, 4, 15];
        const penalised = { ...DRAWN, repetitionPenalty: 1.3, topP: 0.9 };
        for (const request of [DRAWN, greedy, penalised]) {
          const plain = await answerTo(engine, { ...request, draftLength: 0 });
          const sources = [source(plain.ids), source(edited(plain.ids))];
          for (const draftSources of [[], ...sources.map((one) => [one]), [prompt, ...sources]]) {
            for (const draftLength of lengths) {
              assertSame(
                await answerTo(engine, {
                  ...request,
                  draftSources,
                  ...(draftLength === undefined ? {} : { draftLength }),
                }),
                plain,
              );
            }
          }
        }
      });
    }
  }
  for (const cpuPath of unavailablePaths()) {
    it.skip(`change no bit of an answer on ${cpuPath}: this CPU has it not`, () => undefined);
  }

  it('are accepted where they are right, and say so', async () => {
    const engine = await load();
    const plain = await answerTo(engine, { ...DRAWN, draftLength: 0 });
    assert.equal(plain.summary.draftedTokens, 0);
    const copied = await answerTo(engine, {
      ...DRAWN,
      draftLength: 3,
      draftSources: [source(plain.ids)],
    });
    // Ten passes of one token and three guesses.
    assert.equal(copied.summary.acceptedTokens, 30);
    assert.equal(copied.summary.draftedTokens, 30);
    const other = await answerTo(engine, {
      ...DRAWN,
      draftLength: 3,
      draftSources: [source(edited(plain.ids))],
    });
    const { draftedTokens, acceptedTokens } = other.summary;
    assert.ok(acceptedTokens > 15 && acceptedTokens < draftedTokens);
  });

  it('end with the answer: at a limit, a stop string, an end token, the end of the context', async () => {
    const engine = await load({ contextLength: 64 });
    const { ids, text } = await answerTo(engine, { ...DRAWN, maxTokens: 24, draftLength: 0 });
    const end = ids.findIndex((id, i) => i > 8 && !ids.slice(0, i).includes(id));
    const requests: Partial<NativeRequest>[] = [
      { maxTokens: 1 },
      { maxTokens: 2 },
      { maxTokens: 5 },
      { stop: [text.slice(5, 7)] },
      { endTokens: Int32Array.of(ids[end]!) },
      { maxTokens: 1000 },
      { maxTokens: 1000, overflow: 'trim', keepFirst: 8 },
      { bannedTokens: Int32Array.of(ids[4]!, ids[7]!) },
    ];
    for (const request of requests) {
      // An answer that is trimmed goes on for ever.
      const limit = request.overflow === 'trim' ? { maxTokens: 90 } : {};
      const call = { ...DRAWN, maxTokens: 24, ...request, ...limit };
      const plain = await answerTo(engine, { ...call, draftLength: 0 });
      for (const draftLength of [2, 7, 15]) {
        const draftSources = [source(ids), source(plain.ids)];
        assertSame(await answerTo(engine, { ...call, draftLength, draftSources }), plain);
      }
    }
  });

  it('leave nothing of what was wrong in the cache', async () => {
    const engine = await load();
    const plain = await answerTo(engine, { ...DRAWN, draftLength: 0 });
    const wrong = source(edited(plain.ids));
    const fresh = await load();
    await answerTo(fresh, { ...DRAWN, draftLength: 15, draftSources: [wrong] });
    assert.equal(fresh.resident(Int32Array.from([...prompt, ...wrong.subarray(4)])), 40 + 9);
    const longer = Int32Array.from([...prompt, ...plain.ids]);
    assert.equal(fresh.resident(longer), longer.length - 1);
    const after = { tokens: Int32Array.from([...longer, 1, 2, 3]), maxTokens: 16 };
    assertSame(await answerTo(fresh, after), await answerTo(engine, after));
  });

  it('share a pass with other answers, which stay the same too', async () => {
    for (const cpuPath of [exactPaths().at(-1)!, ...fastPaths()]) {
      const engine = await load({ cpuPath });
      const requests = [1, 2, 3, 4, 5].map((seed) => ({
        ...DRAWN,
        tokens: Int32Array.from([...prompt.subarray(0, 20 + seed), ...prompt.subarray(-4)]),
        seed,
      }));
      const alone: Answer[] = [];
      for (const request of requests) {
        alone.push(await answerTo(engine, { ...request, draftLength: 0 }));
      }
      const together = await Promise.all(
        requests.map((request, i) =>
          answerTo(engine, {
            ...request,
            draftSources: [source(alone[i]!.ids)],
            ...(i % 2 === 0 ? { draftLength: 15 } : {}),
          }),
        ),
      );
      together.forEach((answer, i) => {
        assertSame(answer, alone[i]!);
      });
      assert.ok(together.some(({ summary }) => summary.acceptedTokens > 10));
    }
  });

  it('take what the engine learns to be worth while, and nothing before it has learned', async () => {
    const engine = await load();
    const first = await answerTo(engine, { tokens: prompt, maxTokens: 2, draftSources: [prompt] });
    assert.equal(first.summary.draftedTokens, 0);
    const plain = await answerTo(engine, DRAWN);
    const copied = await answerTo(engine, { ...DRAWN, draftSources: [source(plain.ids)] });
    const { draftedTokens, acceptedTokens } = copied.summary;
    assert.ok(acceptedTokens <= draftedTokens);
    assertSame(copied, plain);
  });

  it('refuse texts to copy from that are none', async () => {
    const engine = await load();
    for (const draftSources of [[Int32Array.of(5000)], [Int32Array.of(-1)]]) {
      await assert.rejects(
        answerTo(engine, { ...DRAWN, draftSources }),
        (error: NativeError) => error.code === 'invalid-argument',
      );
    }
    for (const wrong of [{ draftSources: [[1, 2]] }, { draftSources: 7 }, { draftLength: -1 }]) {
      const request = { ...DRAWN, ...wrong } as unknown as NativeRequest;
      await assert.rejects(
        answerTo(engine, request),
        (error: NativeError) => error.code === 'invalid-argument',
      );
    }
    const empty = await answerTo(engine, { ...DRAWN, draftSources: [new Int32Array(0)] });
    assert.equal(empty.summary.generatedTokens, 40);
  });
});
