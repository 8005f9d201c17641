/** Answers with drafts: the same as without, in fewer passes. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describeModel } from '../../../server/engine/model/describe-model.js';
import type {
  NativeEngine,
  NativeEngineOptions,
  NativeError,
  NativeRequest,
} from '../../../server/engine/native/addon.js';
import {
  embeddedModelFile,
  exactPaths,
  fastPaths,
  fixtureModel,
  nativeAddon,
  unavailablePaths,
} from '../addons.js';
import { ask, type Answer } from './ask.js';

const prompt = Int32Array.from({ length: 40 }, (_, i) => (i * 37) % 1000);
/** Does not run in circles, as a greedy answer of a random model does. */
const DRAWN = { tokens: prompt, maxTokens: 40, temperature: 1, seed: 3 };

const familiar = [
  `import fs from 'node:fs';\nimport path from 'node:path';\n\nexport function readText(file: string): string {\n  return fs.`,
  `export class Stack<T> {\n  private readonly items: T[] = [];\n\n  push(item: T): void {\n    this.`,
  `describe('the parser', () => {\n  it('reads a number', () => {\n    expect(parse('1')).`,
  `def mean(values):\n    """The mean of some values."""\n    if not values:\n        raise ValueError(`,
];

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

  it('of the model itself change no bit either, and are seldom right where the weights are random', async () => {
    for (const cpuPath of [exactPaths().at(-1)!, ...fastPaths().slice(-1)]) {
      const engine = await load({ cpuPath, contextLength: 64 }, 'tiny-v3-q8_0.gguf');
      let drafted = 0;
      for (let seed = 1; seed <= 3; seed++) {
        const tokens = Int32Array.from({ length: 19 * seed }, (_, i) => (i * 31 * seed) % 1000);
        const kinds: Partial<NativeRequest>[] = [
          {},
          { temperature: 1, seed },
          { temperature: 1, seed, copy: 0.5, topP: 0.9, repetitionPenalty: 1.2 },
          { temperature: 0.8, seed, minP: 0.05, heal: 4 },
          { maxTokens: 60, overflow: 'trim', keepFirst: 8, temperature: 1, seed },
        ];
        for (const kind of kinds) {
          const request = { tokens, maxTokens: 20, ...kind };
          const plain = await answerTo(engine, { ...request, draftLength: 0 });
          assert.equal(plain.summary.mtpDraftedTokens, 0);
          const guessed = await answerTo(engine, { ...request, draftLength: 1 });
          assertSame(guessed, plain);
          drafted += guessed.summary.mtpDraftedTokens;
          assertSame(await answerTo(engine, request), plain);
          const copied = await answerTo(engine, { ...request, draftByModule: false });
          assertSame(copied, plain);
          assert.equal(copied.summary.mtpDraftedTokens, 0);
        }
      }
      assert.ok(drafted > 50, `${drafted} guesses`);
    }
  });

  it('of a trained model are often right', async () => {
    const engine = await nativeAddon().loadEngine(embeddedModelFile, {});
    open.push(engine);
    const { tokenizer } = describeModel(nativeAddon().openModelFile(embeddedModelFile));
    let drafted = 0;
    let accepted = 0;
    for (const text of familiar) {
      const request = { tokens: tokenizer.encode(text), maxTokens: 24, temperature: 0.3, seed: 5 };
      const plain = await answerTo(engine, { ...request, draftLength: 0 });
      const guessed = await answerTo(engine, { ...request, draftLength: 1 });
      assertSame(guessed, plain);
      drafted += guessed.summary.mtpDraftedTokens;
      accepted += guessed.summary.mtpAcceptedTokens;
    }
    assert.ok(drafted > 20, `${drafted} guesses`);
    assert.ok(accepted > drafted / 3, `${accepted} of ${drafted} guesses were right`);
  });

  it('of the model itself are as good where a prefix came from a file', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'lacuna-drafts-'));
    try {
      const file = path.join(folder, 'prefix');
      const request = { tokens: prompt, maxTokens: 24, temperature: 1, seed: 2, draftLength: 1 };
      const first = await load({}, 'tiny-v3-q8_0.gguf');
      const answer = await answerTo(first, request);
      assert.equal(await first.savePrefix(prompt, file), prompt.length);
      const second = await load({}, 'tiny-v3-q8_0.gguf');
      assert.equal(await second.restorePrefix(file), prompt.length);
      const restored = await answerTo(second, request);
      assertSame(restored, answer);
      const guesses = ({ summary }: Answer): number[] => [
        summary.mtpDraftedTokens,
        summary.mtpAcceptedTokens,
      ];
      assert.deepEqual(guesses(restored), guesses(answer));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
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
