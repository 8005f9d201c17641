/** Answers to prompts whose last tokens are healed. */
import assert from 'node:assert/strict';
import {
  describeModel,
  type ModelDescription,
} from '../../../server/engine/model/describe-model.js';
import type { NativeEngine, NativeRequest } from '../../../server/engine/native/addon.js';
import { fastPaths, fixtureModel, nativeAddon, embeddedModelFile } from '../addons.js';
import { createRandom } from '../random.js';
import { ask } from './ask.js';

const TEXT = `/** Añade números – 数字を足す 👩‍💻 */
export function sumOfSquares(values: readonly number[]): number {
  let total = 0;
  for (const value of values) {
    total += value * value;
  }
  return total;
}
`;

describe('a healed answer', function () {
  this.timeout(60_000);
  let engine: NativeEngine;
  let model: ModelDescription;
  before(async () => {
    model = describeModel(nativeAddon().openModelFile(embeddedModelFile));
    engine = await nativeAddon().loadEngine(embeddedModelFile, { contextLength: 256 });
  });
  after(async () => {
    await engine.close();
  });

  const bytesOf = (ids: Iterable<number>): Buffer =>
    Buffer.concat(Array.from(ids, (id) => model.tokenizer.tokenBytes(id)));
  const answerTo = (tokens: Int32Array, request: Partial<NativeRequest> = {}, by = engine) =>
    ask(by, {
      ...{ tokens, heal: tokens.length, endTokens: model.endTokens },
      bannedTokens: model.bannedTokens,
      ...request,
    }).answer;

  /** Asks, and holds the answer against the prompt byte by byte. */
  async function check(tokens: Int32Array, request: Partial<NativeRequest> = {}, by = engine) {
    const answer = await answerTo(tokens, request, by);
    const { healedTokens, generatedTokens } = answer.summary;
    const need = bytesOf(tokens.subarray(tokens.length - healedTokens));
    const written = bytesOf(answer.ids);
    const common = Math.min(need.length, written.length);
    assert.deepEqual(written.subarray(0, common), need.subarray(0, common));
    if (written.length >= need.length) {
      const text = written.subarray(need.length).toString();
      // An unfinished character at the end is held back.
      assert.ok(text.replace(/\uFFFD+$/u, '').startsWith(answer.text.replace(/\uFFFD+$/u, '')));
      assert.ok(text.length - answer.text.length <= 3);
    } else {
      assert.equal(answer.text, '');
    }
    assert.equal(generatedTokens, answer.ids.length);
    return answer;
  }

  it('begins at exactly the right byte, wherever the text was cut', async () => {
    for (let cut = 1; cut < TEXT.length; cut += 3) {
      const tokens = model.tokenizer.encode(TEXT.slice(0, cut));
      const { summary } = await check(tokens);
      assert.ok(tokens.length === 1 || summary.healedTokens >= 1);
    }
  });

  it('does so when it is drawn, with other seeds and in the middle of a character', async () => {
    const random = createRandom(11);
    for (let i = 0; i < 60; i++) {
      const whole = Buffer.from(TEXT);
      const at = random.below(40);
      // Single bytes as tokens: cuts inside characters, and tails that begin longer tokens.
      const text = whole.subarray(at, at + 2 + random.below(30));
      const tokens = Int32Array.from(text, (byte) => byteToken(model, byte));
      await check(tokens, { temperature: 1.5, seed: i, heal: random.below(6) });
    }
  });

  it('completes the word that a cut inside a token has broken', async () => {
    const tokens = model.tokenizer.encode(
      'const items = [1, 2, 3];\nfor (const item of items) {\n  console.log(item);\n}\nfor (const item of ite',
    );
    const plain = await answerTo(tokens, { heal: 0 });
    const healed = await answerTo(tokens);
    assert.match(`ite${healed.text}`, /^items\b/);
    assert.equal(plain.summary.healedTokens, 0);
  });

  it('takes back no more than it may', async () => {
    const tokens = model.tokenizer.encode('return value');
    for (const heal of [0, 1, 2]) {
      const { summary } = await check(tokens, { heal });
      assert.ok(summary.healedTokens <= heal);
      assert.equal(summary.promptTokens, tokens.length);
    }
    const single = tokens.subarray(0, 1);
    assert.equal((await check(single, { heal: 5 })).summary.healedTokens, 0);
    assert.equal((await answerTo(tokens, { maxTokens: 0 })).summary.healedTokens, 0);
  });

  it('takes back no token that must not be written', async () => {
    const tokens = model.tokenizer.encode('return value');
    for (const field of ['bannedTokens', 'endTokens'] as const) {
      const { summary } = await answerTo(tokens, { [field]: tokens.subarray(-1) });
      assert.equal(summary.healedTokens, 0);
    }
  });

  it('never ends while it writes the text again', async () => {
    // Every token that could only follow is an end token; the text itself still comes back.
    const tokens = model.tokenizer.encode('  return total');
    const need = new Set(tokens);
    const every = Int32Array.from({ length: model.vocabularySize }, (_, id) => id);
    const endTokens = every.filter((id) => !need.has(id));
    const { ids, text, summary } = await answerTo(tokens, { endTokens });
    assert.ok(summary.healedTokens > 0);
    assert.deepEqual(ids.slice(0, summary.healedTokens), [
      ...tokens.subarray(tokens.length - summary.healedTokens),
    ]);
    assert.ok(ids.length >= summary.healedTokens && text.length >= 0);
  });

  it('is not stopped by what it writes again', async () => {
    const tokens = model.tokenizer.encode('for (let i = 0; i < items.length;');
    const { summary, text } = await check(tokens, { stop: [';'] });
    assert.ok(bytesOf(tokens.subarray(-summary.healedTokens)).includes(';'));
    assert.match(text, /\S/);
    assert.doesNotMatch(text, /;/);
  });

  it('is the same with and without drafts, on every path', async () => {
    const tokens = model.tokenizer.encode(TEXT.slice(0, 150));
    for (const cpuPath of ['auto', ...fastPaths()] as const) {
      const by = await nativeAddon().loadEngine(embeddedModelFile, { contextLength: 256, cpuPath });
      try {
        const plain = await check(tokens, { draftLength: 0, maxTokens: 24 }, by);
        for (const draftLength of [1, 4, 15]) {
          const drafted = await check(tokens, { draftLength, maxTokens: 24 }, by);
          assert.deepEqual(drafted.ids, plain.ids);
          assert.equal(drafted.text, plain.text);
        }
      } finally {
        await by.close();
      }
    }
  });

  it('comes from any model, trained or not', async () => {
    const file = fixtureModel('tiny-lite-q8_0.gguf');
    const random = await nativeAddon().loadEngine(file, { contextLength: 128 });
    try {
      const { tokenizer } = describeModel(nativeAddon().openModelFile(file));
      const tokens = tokenizer.encode('the quick brown fox');
      const { ids, summary } = await ask(random, { tokens, heal: 4 }).answer;
      const bytes = (list: Iterable<number>): string =>
        Buffer.concat(Array.from(list, (id) => tokenizer.tokenBytes(id))).toString('latin1');
      assert.ok(summary.healedTokens > 0);
      assert.ok(bytes(ids).startsWith(bytes(tokens.subarray(-summary.healedTokens))));
    } finally {
      await random.close();
    }
  });
});

/** The token that stands for one byte. */
function byteToken({ tokenizer, vocabularySize }: ModelDescription, byte: number): number {
  for (let id = 0; id < vocabularySize; id++) {
    const bytes = tokenizer.tokenBytes(id);
    if (bytes.length === 1 && bytes[0] === byte) return id;
  }
  throw new Error(`no token for byte ${byte}`);
}
