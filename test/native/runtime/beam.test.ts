/** The search for the likeliest line, against one that computes every beginning anew. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  describeModel,
  type ModelDescription,
} from '../../../server/engine/model/describe-model.js';
import type { NativeEngine, NativeRequest } from '../../../server/engine/native/addon.js';
import { embeddedModelFile, nativeAddon } from '../addons.js';
import { ask } from './ask.js';
import { add, finish, makeScheduler, summaryOf, text, type Ask } from './scheduling.js';

const PROMPTS = [
  'function add(a, b) {\n  return a',
  'const values = [1, 2, 3];\nfor (const value of ',
  'import { readFile } from ',
  'if (x',
];

/** How much likelier another line must be than the greedy one. */
const LEAD = Math.log(7);

interface Beginning {
  readonly ids: readonly number[];
  readonly text: string;
  readonly logProbability: number;
  readonly greedy: boolean;
}

type Lines = Map<string, Pick<Beginning, 'logProbability' | 'greedy'>>;

const rank = ({ logProbability, greedy }: Pick<Beginning, 'logProbability' | 'greedy'>): number =>
  logProbability + (greedy ? LEAD : 0);

describe('a search for the likeliest line', function () {
  this.timeout(120_000);
  let engine: NativeEngine;
  let model: ModelDescription;
  /** Tokens that end a line or the text. */
  let ends: ReadonlySet<number>;
  before(async () => {
    model = describeModel(nativeAddon().openModelFile(embeddedModelFile));
    const all = Array.from({ length: model.vocabularySize }, (_, id) => id);
    const newlines = all.filter((id) => textOf([id]).startsWith('\n'));
    ends = new Set([...model.endTokens, ...newlines]);
    engine = await nativeAddon().loadEngine(embeddedModelFile, { contextLength: 256 });
  });
  after(async () => {
    await engine.close();
  });

  const request = (tokens: Int32Array): Omit<NativeRequest, 'lane'> => ({
    ...{ tokens, maxTokens: 12, stop: ['\n'] },
    endTokens: model.endTokens,
    bannedTokens: model.bannedTokens,
  });
  const answerTo = (tokens: Int32Array, more: Partial<NativeRequest>, by = engine) =>
    ask(by, { ...request(tokens), ...more }).answer;
  const textOf = (ids: readonly number[]): string =>
    Buffer.concat(ids.map((id) => model.tokenizer.tokenBytes(id))).toString();

  /** Log-probabilities of what comes behind `tokens`. */
  async function next(tokens: Int32Array): Promise<Float64Array> {
    const rows = await engine.logits(tokens, 64);
    const row = Float64Array.from(rows.subarray(rows.length - rows.length / tokens.length));
    const largest = row.reduce((a, b) => Math.max(a, b));
    const sum = row.reduce((total, logit) => total + Math.exp(logit - largest), 0);
    return row.map((logit) => logit - largest - Math.log(sum));
  }

  /** The lines that a search finds, by their texts: without a cache, without rows that share a pass. */
  async function reference(tokens: Int32Array, width: number): Promise<Lines> {
    const lines: Lines = new Map();
    let live: Beginning[] = [{ ids: [], text: '', logProbability: 0, greedy: true }];
    while (live.length > 0) {
      const steps: Beginning[] = [];
      for (const { ids, text: line, logProbability, greedy } of live) {
        const row = await next(Int32Array.from([...tokens, ...ids]));
        for (const id of model.bannedTokens) row[id] = -Infinity;
        const all = [...row.keys()].sort((a, b) => row[b]! - row[a]!);
        const ended = [...ends].reduce((sum, id) => sum + Math.exp(row[id]!), 0);
        const known = lines.get(line);
        const both =
          ended * Math.exp(logProbability) + Math.exp(known?.logProbability ?? -Infinity);
        const first = greedy && ends.has(all[0]!);
        lines.set(line, {
          logProbability: Math.log(both),
          greedy: first || known?.greedy === true,
        });
        for (const id of all.filter((each) => !ends.has(each)).slice(0, width)) {
          steps.push({
            ids: [...ids, id],
            text: textOf([...ids, id]),
            logProbability: logProbability + row[id]!,
            greedy: greedy && id === all[0],
          });
        }
      }
      steps.sort((a, b) => b.logProbability - a.logProbability);
      const best = steps.slice(0, width);
      const left = steps.slice(width).find(({ greedy }) => greedy);
      if (left) best[width - 1] = left;
      const least = Math.max(...[...lines.values()].map(rank));
      live = best.filter((each) => each.ids.length < 12 && rank(each) > least);
    }
    return lines;
  }

  for (const width of [2, 5]) {
    it(`finds what a search without a cache finds, ${width} beginnings wide`, async () => {
      for (const prompt of PROMPTS.slice(0, 2)) {
        const tokens = model.tokenizer.encode(prompt);
        const { summary, text: line } = await answerTo(tokens, { beam: width });
        const expected = await reference(tokens, width);
        const [best] = [...expected].sort(([, a], [, b]) => rank(b) - rank(a));
        assert.equal(line, best?.[0]);
        assert.equal(summary.lines?.length, Math.min(width, expected.size));
        for (const found of summary.lines) {
          const key = found.tokens.map((token) => token.text).join('');
          assert.ok(Math.abs(found.logProbability - expected.get(key)!.logProbability) < 1e-3, key);
        }
      }
    });
  }

  it('tells its lines best first, each with the tokens that write it, the answer in front', async () => {
    const {
      summary,
      ids,
      text: line,
      logProbabilities,
    } = await answerTo(model.tokenizer.encode(PROMPTS[0]!), { beam: 4 });
    const { lines = [] } = summary;
    assert.ok(lines.length > 1);
    const others = lines.slice(1).map((found) => found.logProbability);
    assert.deepEqual(
      others,
      [...others].sort((a, b) => b - a),
    );
    assert.deepEqual(
      lines[0]!.tokens.map(({ id }) => id),
      ids,
    );
    assert.deepEqual(
      lines[0]!.tokens.map((token) => token.logProbability),
      logProbabilities,
    );
    const texts = lines.map(({ tokens }) => tokens.map((token) => token.text).join(''));
    assert.equal(texts[0], line);
    assert.equal(new Set(texts).size, texts.length);
    assert.equal(summary.reason, 'stop');
  });

  it('is the greedy line, but where another is several times as likely', async () => {
    let kept = 0;
    const whole = PROMPTS.join('\n');
    for (let cut = 5; cut < whole.length; cut += 7) {
      const tokens = model.tokenizer.encode(whole.slice(0, cut));
      const greedy = await answerTo(tokens, {});
      if (greedy.summary.reason === 'length') continue;
      const { text: line, summary } = await answerTo(tokens, { beam: 5 });
      const [first = NaN, ...others] = summary.lines!.map(({ logProbability }) => logProbability);
      const best = Math.max(...others);
      if (line === greedy.text) {
        assert.ok(best <= first + LEAD, `cut at ${cut}`);
        if (best > first) kept++;
      } else {
        const sum = greedy.logProbabilities.reduce((total, each) => total + each, 0);
        assert.ok(first > sum + LEAD && first >= best, `cut at ${cut}`);
      }
    }
    assert.ok(kept > 0, 'the greedy line is always the likeliest');
  });

  it('of one beginning is the greedy answer, to the bit', async () => {
    // What a prompt leaves in the cache when it is first asked may differ in the last bits.
    const fresh = await nativeAddon().loadEngine(embeddedModelFile, { contextLength: 256 });
    try {
      for (const prompt of PROMPTS) {
        const tokens = model.tokenizer.encode(prompt);
        await answerTo(tokens, { draftLength: 0 }, fresh);
        const plain = await answerTo(tokens, { draftLength: 0 }, fresh);
        const narrow = await answerTo(tokens, { draftLength: 0, beam: 1 }, fresh);
        assert.deepEqual(narrow.ids, plain.ids);
        assert.deepEqual(narrow.logProbabilities, plain.logProbabilities);
        assert.equal(narrow.summary.lines, undefined);
      }
    } finally {
      await fresh.close();
    }
  });

  it('continues a healed prompt at the right byte, with what repetition makes likely', async () => {
    const whole = 'const total = first + second;\nreturn total;\nconst total = first + second;\n';
    for (let cut = 45; cut < whole.length - 1; cut += 2) {
      const tokens = model.tokenizer.encode(whole.slice(0, cut));
      const more = { heal: tokens.length, copy: 0.9, beam: 3 };
      const { summary, text: line } = await answerTo(tokens, more);
      assert.ok(summary.healedTokens > 0);
      const rest = whole.slice(cut, whole.indexOf('\n', cut));
      if (cut > 60) assert.equal(line, rest, `cut at ${cut}`);
    }
  });

  it('leaves the lines behind the first to greed', async () => {
    const tokens = model.tokenizer.encode(PROMPTS[1]!);
    const line = await answerTo(tokens, { beam: 3 });
    const whole = await answerTo(tokens, { beam: 3, stop: [], maxTokens: 30 });
    const known = line.ids.length;
    assert.deepEqual(whole.ids.slice(0, known), line.ids);
    assert.deepEqual(whole.summary.lines, line.summary.lines);
    const rest = { stop: [], maxTokens: 30 - known };
    const greedy = await answerTo(Int32Array.from([...tokens, ...line.ids]), rest);
    assert.deepEqual(whole.ids.slice(known), greedy.ids);
  });

  it('is the same for every number of threads, and when it is asked again', async () => {
    const tokens = model.tokenizer.encode(PROMPTS[1]!);
    const expected = await answerTo(tokens, { beam: 3 });
    const single = await nativeAddon().loadEngine(embeddedModelFile, {
      contextLength: 256,
      threads: 1,
    });
    try {
      for (const by of [single, single, engine]) {
        const { summary, ids } = await answerTo(tokens, { beam: 3 }, by);
        assert.deepEqual(ids, expected.ids);
        assert.deepEqual(summary.lines, expected.summary.lines);
      }
    } finally {
      await single.close();
    }
  });

  it('refuses what it cannot do', async () => {
    const tokens = model.tokenizer.encode('a');
    for (const more of [{ temperature: 1 }, { repetitionPenalty: 2 }]) {
      await assert.rejects(answerTo(tokens, { beam: 3, ...more }), { code: 'invalid-argument' });
    }
    await assert.rejects(async () => answerTo(tokens, { beam: 7 }), { code: 'invalid-argument' });
  });
});

describe('searches side by side', function () {
  this.timeout(60_000);
  const search = (ask: Ask): Ask => ({ stop: ['\n'], ...ask });
  /** What a request gets on a scheduler of its own, of the same size. */
  const alone = (ask: Ask, options: object) => {
    const scheduler = makeScheduler(options);
    const handle = add(scheduler, ask);
    return finish(scheduler).get(handle)!;
  };

  it('take their rows through one pass', () => {
    const scheduler = makeScheduler({ lineEnds: 40 });
    add(scheduler, search({ tokens: text(70), maxTokens: 20, beam: 4 }));
    finish(scheduler);
    const rows = scheduler.passes().map(({ chunks }) => chunks.length);
    assert.deepEqual([Math.max(...rows), rows.length > 3], [4, true], rows.join());
  });

  it('give all pages back, and leave others the prompt', () => {
    const scheduler = makeScheduler({ lineEnds: 7 });
    add(scheduler, search({ tokens: text(100), maxTokens: 20, beam: 4 }));
    finish(scheduler);
    assert.equal(scheduler.usage().cached, 2);
    assert.equal(scheduler.match(text(100)), 100);
  });

  it('are as wide as pages and rows allow, and not wider', () => {
    const widest = (options: object): number => {
      const scheduler = makeScheduler({ lineEnds: 40, ...options });
      add(scheduler, search({ tokens: text(100), maxTokens: 40, beam: 6 }));
      const [answer] = finish(scheduler).values();
      assert.notEqual(summaryOf(answer).reason, 'context');
      return Math.max(...scheduler.passes().map(({ chunks }) => chunks.length));
    };
    assert.deepEqual(
      [{ pages: 40 }, { pages: 8 }, { pages: 6 }, { chunk: 3 }].map(widest),
      [6, 3, 2, 3],
    );
  });

  it('find the same lines whatever comes between', () => {
    const request = fc.record({
      lane: fc.nat(3),
      length: fc.integer({ min: 1, max: 140 }),
      seed: fc.nat(2),
      fork: fc.nat(120),
      maxTokens: fc.integer({ min: 1, max: 20 }),
      beam: fc.integer({ min: 1, max: 6 }),
    });
    const step = fc.oneof(
      { weight: 3, arbitrary: request.map((ask) => ({ ask })) },
      { weight: 5, arbitrary: fc.nat(60).map((units) => ({ units })) },
      { weight: 3, arbitrary: fc.constant({ steps: 3 }) },
      { weight: 1, arbitrary: fc.nat(30).map((cancel) => ({ cancel })) },
    );
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 40, size: 'max' }),
        fc.constantFrom(4, 6, 9, 40),
        fc.constantFrom(2, 5, 32),
        fc.boolean(),
        (steps, pages, chunk, keepsLogits) => {
          const options = { pages, chunk, contextLength: 192, lineEnds: 9 };
          const scheduler = makeScheduler({ ...options, keepsLogits });
          const asks = new Map<number, Ask>();
          for (const step of steps) {
            if ('ask' in step) {
              const { length, seed: other, fork, ...rest } = step.ask;
              const ask = search({ tokens: text(length, other, fork), ...rest });
              asks.set(add(scheduler, ask), ask);
            } else if ('units' in step) scheduler.run(step.units + 1);
            else if ('steps' in step) for (let i = 0; i < step.steps; i++) scheduler.run();
            else scheduler.cancel(step.cancel);
          }
          const answers = finish(scheduler);
          for (const [handle, ask] of asks) {
            const answer = answers.get(handle);
            const { reason, generatedTokens } = summaryOf(answer);
            if (reason === 'aborted') continue;
            const expected = alone(ask, options);
            assert.deepEqual(answer?.ids, expected.ids);
            assert.equal(generatedTokens, expected.ids.length);
            assert.equal(reason, summaryOf(expected).reason);
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
