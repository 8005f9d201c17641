/**
 * What every Engine does, whatever is behind it. Answers are not known beforehand: the suite asks the engine
 * once, and checks the rest against that.
 */

import assert from 'node:assert/strict';
import {
  EngineError,
  type Engine,
  type GenerateOptions,
  type GeneratedToken,
  type Generation,
  type GenerationSummary,
  type PromptPlan,
} from '../../../server/engine/contract.js';

interface Finished {
  readonly tokens: readonly GeneratedToken[];
  readonly text: string;
  readonly summary: GenerationSummary;
}

const GREEDY = { lane: 'inline', maxTokens: 12 } as const;
/** Enough that a generation is still running when it is aborted. */
const LONG = { lane: 'inline', maxTokens: 60 } as const;

export function textPlan(text: string): PromptPlan {
  return {
    segments: [
      { kind: 'special', token: 'bos' },
      { kind: 'text', text, source: 'test:behaviour' },
    ],
  };
}

/**
 * `makeEngine` gives a fresh engine each time, with room for 80 to 512 tokens, whose greedy answers to the
 * suite's prompts go on for 60 tokens at least. The suite closes it.
 */
export function engineBehaviour(name: string, makeEngine: () => Promise<Engine>): void {
  describe(`the engine contract: ${name}`, () => {
    const plan = textPlan('function add(a, b) {');
    const other = textPlan('class Point:\n');
    let engine: Engine;

    beforeEach(async () => {
      engine = await makeEngine();
    });
    afterEach(async () => {
      await engine.close();
    });

    const run = (prompt: PromptPlan, options: GenerateOptions) =>
      finish(engine.generate(prompt, options));

    it('lets a lane wait as long as it is told to', async () => {
      engine.hold('chat');
      let ended = false;
      const chat = run(plan, { ...GREEDY, lane: 'chat' }).finally(() => (ended = true));
      const inline = await run(plan, GREEDY);
      assert.equal(ended, false);
      engine.hold(undefined);
      assert.equal((await chat).text, inline.text);
    });

    it('streams tokens, and sums them up', async () => {
      const { tokens, text, summary } = await run(plan, GREEDY);
      assert.equal(tokens.length, GREEDY.maxTokens);
      assert.ok(text.length > 0);
      assert.ok(tokens.every((token) => token.logProbability <= 0));
      assert.equal(summary.reason, 'length');
      assert.equal(summary.generatedTokens, tokens.length);
      assert.equal(summary.promptTokens, 1 + engine.countTokens('function add(a, b) {'));
      assert.ok(summary.prefillMs >= 0 && summary.decodeMs >= 0);
    });

    it('only prefills where no token is asked for', async () => {
      const { tokens, summary } = await run(plan, { ...GREEDY, maxTokens: 0 });
      assert.equal(tokens.length, 0);
      assert.equal(summary.reason, 'length');
      assert.ok(engine.resident(plan) > 0);
    });

    it('gives the same answer to the same prompt', async () => {
      const first = await run(plan, GREEDY);
      const second = await run(plan, GREEDY);
      assert.equal(second.text, first.text);
      first.tokens.forEach(({ id, logProbability }, i) => {
        assert.equal(second.tokens[i]?.id, id);
        // The second prompt is resumed from the cache, which may add up in another order.
        assert.ok(Math.abs(second.tokens[i].logProbability - logProbability) < 1e-3);
      });
    });

    it('gives the same answer to the same seed', async () => {
      const sampled = { ...GREEDY, sampling: { temperature: 1, topP: 0.9, seed: 7 } };
      const first = await run(plan, sampled);
      await run(other, GREEDY);
      assert.equal((await run(plan, sampled)).text, first.text);
    });

    it('answers two at once as it answers each alone', async () => {
      const alone = [await run(plan, GREEDY), await run(other, GREEDY)];
      const together = await Promise.all([
        run(plan, GREEDY),
        run(other, { ...GREEDY, lane: 'chat' }),
      ]);
      assert.deepEqual(
        together.map(({ text }) => text),
        alone.map(({ text }) => text),
      );
    });

    it('knows a prompt again', async () => {
      const before = engine.resident(plan);
      const { summary } = await run(plan, GREEDY);
      const after = engine.resident(plan);
      assert.equal(before, 0);
      assert.equal(summary.residentTokens, 0);
      assert.ok(after > 0 && after <= summary.promptTokens);
      assert.ok((await run(plan, GREEDY)).summary.residentTokens > 0);
    });

    it('heals nothing behind a special token', async () => {
      const special: PromptPlan = { segments: [{ kind: 'special', token: 'bos' }] };
      const { text, summary } = await run(special, { ...GREEDY, heal: true });
      assert.equal(text, (await run(special, GREEDY)).text);
      assert.equal(summary.healedTokens, 0);
    });

    it('answers the same, whatever the answer may repeat', async () => {
      const { tokens, text } = await run(plan, GREEDY);
      for (const draftSources of [[], [`add(a, b) {${text}`], ['', text, 'unlike anything']]) {
        const again = await run(plan, { ...GREEDY, draftSources });
        assert.deepEqual(again.tokens, tokens);
        assert.ok(again.summary.acceptedTokens <= again.summary.draftedTokens);
      }
    });

    it('ends before a stop string, even one that spans tokens', async () => {
      const { text } = await run(plan, GREEDY);
      for (const width of [1, 2, 5]) {
        const characters = Array.from(text);
        const stop = characters.slice(4, 4 + width).join('');
        const stopped = await run(plan, { ...GREEDY, stop: ['\0 never \0', stop, ''] });
        assert.equal(stopped.text, text.slice(0, text.indexOf(stop)));
        assert.equal(stopped.summary.reason, 'stop');
      }
    });

    it('ends before the first of several stop strings', async () => {
      const { text } = await run(plan, GREEDY);
      const stops = [text.slice(8, 10), text.slice(3, 5)];
      const stopped = await run(plan, { ...GREEDY, stop: stops });
      assert.equal(
        stopped.text,
        text.slice(0, Math.min(...stops.map((stop) => text.indexOf(stop)))),
      );
    });

    it('does nothing for a signal that has fired already', async () => {
      const { tokens, summary } = await run(plan, { ...LONG, signal: AbortSignal.abort() });
      assert.equal(tokens.length, 0);
      assert.equal(summary.reason, 'aborted');
    });

    it('can be aborted before the first token', async () => {
      const abort = new AbortController();
      const generation = engine.generate(plan, { ...LONG, signal: abort.signal });
      abort.abort();
      const { tokens, summary } = await finish(generation);
      assert.equal(tokens.length, 0);
      assert.equal(summary.reason, 'aborted');
    });

    it('gives no token more once it is aborted', async () => {
      const abort = new AbortController();
      const generation = engine.generate(plan, { ...LONG, signal: abort.signal });
      const reader = generation[Symbol.asyncIterator]();
      assert.equal((await reader.next()).done, false);
      abort.abort();
      let late = 0;
      // What had arrived before the abort may still be read.
      while ((await reader.next()).done !== true) late++;
      assert.ok(late < LONG.maxTokens - 1);
      assert.equal((await generation.summary).reason, 'aborted');
    });

    it('stops work when its reader leaves', async () => {
      const generation = engine.generate(plan, LONG);
      for await (const token of generation) {
        assert.ok(token.id >= 0);
        break;
      }
      assert.equal((await generation.summary).reason, 'aborted');
    });

    it('goes on for a second reader when the first leaves', async () => {
      const generation = engine.generate(plan, GREEDY);
      const second = finish(generation);
      for await (const token of generation) {
        assert.ok(token.id >= 0);
        break;
      }
      assert.equal((await second).tokens.length, GREEDY.maxTokens);
    });

    it('can be read after it has ended, and more than once', async () => {
      const generation = engine.generate(plan, GREEDY);
      const { generatedTokens } = await generation.summary;
      const first = await finish(generation);
      assert.equal(first.tokens.length, generatedTokens);
      assert.deepEqual(await finish(generation), first);
    });

    it('is free again after an abort', async () => {
      const { text } = await run(plan, GREEDY);
      const abort = new AbortController();
      const generation = engine.generate(other, { ...LONG, signal: abort.signal });
      abort.abort();
      await generation.summary;
      assert.equal((await run(plan, GREEDY)).text, text);
    });

    it('fills the context to its end and no further', async () => {
      const full = fillContext(engine, 3);
      const { tokens, summary } = await run(full, GREEDY);
      assert.equal(summary.promptTokens, engine.info.contextLength - 3);
      assert.equal(tokens.length, 3);
      assert.equal(summary.reason, 'context');
    });

    it('refuses a prompt longer than its context, and says by how much', async () => {
      const tooLong = fillContext(engine, -2);
      const error = await failure(engine.generate(tooLong, GREEDY));
      assert.match(error.message, new RegExp(String(engine.info.contextLength + 2)));
      assert.match(error.message + error.remedy, new RegExp(String(engine.info.contextLength)));
    });

    it('trims a prompt and an answer that outgrow its context, where it may', async () => {
      const trimming = { ...GREEDY, overflow: { rule: 'trim', keepFirst: 2 } } as const;
      const { summary, tokens } = await run(fillContext(engine, 3), trimming);
      assert.deepEqual([summary.reason, tokens.length], ['length', GREEDY.maxTokens]);
      assert.ok(summary.trimmedTokens > 0);
      const long = await run(fillContext(engine, -20), trimming);
      assert.equal(long.tokens.length, GREEDY.maxTokens);
      assert.ok(long.summary.trimmedTokens > summary.trimmedTokens / 2);
      assert.equal((await run(plan, trimming)).summary.trimmedTokens, 0);
    });

    it('uses none of its cache once nothing runs', async () => {
      await run(plan, GREEDY);
      const { totalPages, freePages, heldPages, cachedPages } = engine.cacheUsage();
      assert.deepEqual([heldPages, freePages + cachedPages], [0, totalPages]);
    });

    it('leaves no rejection unhandled where only one of two places is looked at', async () => {
      const unhandled: unknown[] = [];
      const listener = (reason: unknown) => unhandled.push(reason);
      process.on('unhandledRejection', listener);
      try {
        const tooLong = fillContext(engine, -1);
        await assert.rejects(finish(engine.generate(tooLong, GREEDY)), EngineError);
        await assert.rejects(engine.generate(tooLong, GREEDY).summary, EngineError);
        engine.generate(tooLong, GREEDY);
        await new Promise((resolve) => setTimeout(resolve, 5));
        assert.deepEqual(unhandled, []);
      } finally {
        process.off('unhandledRejection', listener);
      }
    });

    it('ends what runs when it is closed', async () => {
      const running = [engine.generate(plan, LONG), engine.generate(other, LONG)];
      await Promise.all([engine.close(), engine.close()]);
      for (const generation of running) {
        assert.equal((await generation.summary).reason, 'aborted');
      }
    });

    it('answers nothing once it is closed', async () => {
      await engine.close();
      await engine.close();
      const error = await failure(engine.generate(plan, GREEDY));
      assert.match(error.message, /closed/);
      assert.equal(engine.resident(plan), 0);
    });

    it('counts no token in no text', () => {
      assert.equal(engine.countTokens(''), 0);
    });
  });
}

async function finish(generation: Generation): Promise<Finished> {
  const tokens: GeneratedToken[] = [];
  for await (const token of generation) tokens.push(token);
  const text = tokens.map((token) => token.text).join('');
  return { tokens, text, summary: await generation.summary };
}

/** The error that a generation fails with, the same in its iteration and in its summary. */
async function failure(generation: Generation): Promise<EngineError> {
  const errors: unknown[] = [];
  await finish(generation).catch((error: unknown) => errors.push(error));
  await generation.summary.catch((error: unknown) => errors.push(error));
  const [first, second] = errors;
  assert.ok(first instanceof EngineError, 'the iteration fails');
  assert.equal(second, first, 'the summary fails with the same error');
  assert.ok(first.remedy.length > 0);
  return first;
}

/** A prompt that leaves exactly `left` tokens of the context. */
function fillContext(engine: Engine, left: number): PromptPlan {
  const room = engine.info.contextLength - left - 1;
  let text = '';
  while (engine.countTokens(text) < room) text += '\n';
  assert.equal(engine.countTokens(text), room);
  return textPlan(text);
}
