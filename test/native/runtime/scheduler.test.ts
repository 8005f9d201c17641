/** Whose turn it is, over a made-up device: every answer depends on all KV before it, so none may be mixed up. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Scheduler } from '../addons.js';
import {
  add,
  alone,
  answerWithLead,
  CHAT,
  finish,
  INLINE,
  makeScheduler,
  none,
  summaryOf,
  text,
  WARM,
  type Ask,
} from './scheduling.js';

describe('the scheduler', () => {
  it('lets a higher lane in between two rows of a layer, and goes on where it stood', () => {
    const scheduler = makeScheduler();
    const chat = { tokens: text(200), lane: CHAT };
    const inline = { tokens: text(40, 1), lane: INLINE };
    const first = add(scheduler, chat);
    assert.equal(scheduler.run(), CHAT);
    assert.equal(scheduler.run(37), CHAT);
    const second = add(scheduler, inline);
    const lanes: (number | undefined)[] = [];
    for (let lane = scheduler.run(); lane !== undefined; lane = scheduler.run()) lanes.push(lane);
    assert.ok(lanes.lastIndexOf(INLINE) < lanes.indexOf(CHAT));
    const answers = finish(scheduler);
    assert.deepEqual(answers.get(first)?.ids, alone(chat));
    assert.deepEqual(answers.get(second)?.ids, alone(inline));
    // 200 tokens in chunks of 32, the last alone, then four more: nothing was begun twice.
    const passes = scheduler.passes().filter(({ lane }) => lane === CHAT);
    assert.deepEqual(
      passes.map(({ chunks: [chunk] }) => chunk?.position),
      [0, 32, 64, 96, 128, 160, 192, 199, 200, 201, 202, 203],
    );
  });

  it('serves the lanes in order, whatever came first', () => {
    const scheduler = makeScheduler();
    const handles = [WARM, 2, CHAT, INLINE].map((lane) =>
      add(scheduler, { tokens: text(9), lane }),
    );
    const ended: number[] = [];
    while (scheduler.run() !== undefined) {
      for (const event of scheduler.events()) if ('reason' in event) ended.push(event.handle);
    }
    assert.deepEqual(ended, handles.reverse());
  });

  it('decodes the sequences of a lane in one pass, each as if alone', () => {
    const scheduler = makeScheduler({ rounds: true });
    const asks = [text(20), text(33, 1), text(50, 2)].map((tokens, i) => ({
      tokens,
      maxTokens: 40 + i,
    }));
    const handles = asks.map((ask) => add(scheduler, ask));
    const answers = finish(scheduler);
    handles.forEach((handle, i) => {
      assert.deepEqual(answers.get(handle)?.ids, alone(asks[i]!, { rounds: true }));
    });
    const decodes = scheduler.passes().filter(({ kind }) => kind === 'decode');
    assert.ok(decodes.filter(({ chunks }) => chunks.length === 3).length >= 15);
    assert.ok(decodes.length < 70);
  });

  it('gives the rows that are left to drafts, none of which changes an answer', () => {
    const scheduler = makeScheduler();
    const asks = [text(20), text(33, 1), text(50, 2)].map((tokens) => ({ tokens, maxTokens: 40 }));
    const handles = asks.map((ask) => {
      const answer = alone(ask);
      const wrong = answer.map((id, i) => (i % 8 === 7 ? (id + 1) % 50 : id));
      const draftSources = [Int32Array.from([...ask.tokens.subarray(-3), ...wrong])];
      return add(scheduler, { ...ask, draftSources, draftLength: 9 });
    });
    const answers = finish(scheduler);
    handles.forEach((handle, i) => {
      assert.deepEqual(answers.get(handle)?.ids, alone(asks[i]!));
    });
    const passes = scheduler.passes().filter(({ kind }) => kind === 'decode');
    const rows = passes.map(({ chunks }) => chunks.reduce((sum, { tokens }) => sum + tokens, 0));
    assert.equal(Math.max(...rows), 16);
    assert.ok(passes.length < 60, `${passes.length} passes for 120 tokens`);
  });

  it('drafts only into pages that are to be had, and not beyond the context', () => {
    const ask = { tokens: text(60), maxTokens: 60 };
    const answer = alone(ask);
    const draftSources = [Int32Array.from([...ask.tokens.subarray(-3), ...answer])];
    const scheduler = makeScheduler({ pages: 1, contextLength: 120 });
    const handle = add(scheduler, { ...ask, draftSources, draftLength: 15 });
    const short = finish(scheduler).get(handle)!;
    // 64 positions, and a token more that needs none.
    assert.deepEqual(short.ids, answer.slice(0, 5));
    assert.equal(summaryOf(short).reason, 'context');
    const roomy = makeScheduler({ pages: 8, contextLength: 100 });
    const second = add(roomy, { ...ask, draftSources, draftLength: 15 });
    assert.deepEqual(finish(roomy).get(second)?.ids, answer.slice(0, 41));
  });

  it('runs at most eight sequences of a lane side by side', () => {
    const scheduler = makeScheduler({ pages: 64 });
    const handles = Array.from({ length: 10 }, (_, i) => add(scheduler, { tokens: text(5, i) }));
    const answers = finish(scheduler);
    assert.equal(handles.filter((handle) => answers.get(handle)?.ids.length === 5).length, 10);
    assert.equal(Math.max(...scheduler.passes().map(({ chunks }) => chunks.length)), 8);
  });

  it('takes turns where a pass has no room for all', () => {
    const scheduler = makeScheduler({ chunk: 2 });
    for (let i = 0; i < 5; i++) add(scheduler, { tokens: text(1, i), maxTokens: 8 });
    const tokens = new Map<number, number>();
    while (scheduler.run() !== undefined) {
      for (const event of scheduler.events()) {
        if ('id' in event) tokens.set(event.handle, (tokens.get(event.handle) ?? 0) + 1);
      }
      const counts = [1, 2, 3, 4, 5].map((handle) => tokens.get(handle) ?? 0);
      assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, counts.join());
    }
  });

  it('lets answers go on between the chunks of a prompt', () => {
    const scheduler = makeScheduler();
    add(scheduler, { tokens: text(10), maxTokens: 40 });
    scheduler.run();
    scheduler.run();
    scheduler.passes();
    add(scheduler, { tokens: text(100, 1) });
    finish(scheduler);
    const kinds = scheduler.passes().map(({ kind, chunks }) => `${kind} ${chunks.length}`);
    const eight = Array<string>(8).fill('decode 1');
    const chunk = 'prefill 1';
    // The last four tokens of the prompt join the other's pass.
    const expected = [...eight.slice(1), chunk, ...eight, chunk, ...eight, chunk, 'decode 2'];
    assert.deepEqual(kinds.slice(0, expected.length), expected);
  });

  it('takes smaller chunks of a prompt while others of its lane decode', () => {
    const chunks = (others: number): number => {
      const scheduler = makeScheduler({ chunk: 512, contextLength: 1024 });
      for (let i = 0; i < others; i++) add(scheduler, { tokens: text(3, i + 1), maxTokens: 50 });
      while (others > 0 && !scheduler.events().some((event) => 'id' in event)) scheduler.run();
      add(scheduler, { tokens: text(601) });
      finish(scheduler);
      const prefills = scheduler.passes().filter(({ kind }) => kind === 'prefill');
      return Math.max(...prefills.map(({ chunks: [chunk] }) => chunk?.tokens ?? 0));
    };
    assert.deepEqual([chunks(0), chunks(1)], [512, 256]);
  });

  it('computes the last token of a prompt alone, so that cold and warm answers are the same', () => {
    for (const length of [1, 2, 6, 7, 8, 33, 38, 39, 40, 90]) {
      const scheduler = makeScheduler({ rounds: true });
      const answers = [1, 2, 3].map(() => {
        const handle = add(scheduler, { tokens: text(length) });
        return finish(scheduler).get(handle)!;
      });
      assert.deepEqual(answers[1]!.ids, answers[0]!.ids);
      assert.deepEqual(answers[2]!.ids, answers[0]!.ids);
      assert.equal(summaryOf(answers[1]).residentTokens, length - 1);
    }
  });

  it('takes a few new tokens through one pass', () => {
    const scheduler = makeScheduler();
    add(scheduler, { tokens: text(60), maxTokens: 0 });
    finish(scheduler);
    scheduler.passes();
    add(scheduler, { tokens: text(66), maxTokens: 1 });
    finish(scheduler);
    assert.deepEqual(scheduler.passes(), [
      { lane: INLINE, kind: 'decode', chunks: [{ position: 60, tokens: 6 }] },
    ]);
  });

  it('computes a common beginning once', () => {
    const scheduler = makeScheduler();
    const asks = [text(150), text(150, 1, 120), text(150, 2, 120)].map((tokens) => ({ tokens }));
    const handles = asks.map((ask) => add(scheduler, ask));
    const answers = finish(scheduler);
    handles.forEach((handle, i) => {
      assert.deepEqual(answers.get(handle)?.ids, alone(asks[i]!));
      const { residentTokens } = summaryOf(answers.get(handle));
      assert.equal(residentTokens, i === 0 ? 0 : 120);
    });
    const computed = scheduler.passes().flatMap(({ chunks }) => chunks.map(({ tokens }) => tokens));
    assert.equal(
      computed.reduce((sum, n) => sum + n, 0),
      150 + 30 + 30 + 3 * 4,
    );
  });

  it('shares what a paused request of a lower lane has computed so far', () => {
    const scheduler = makeScheduler();
    const chat = { tokens: text(150), lane: CHAT };
    const first = add(scheduler, chat);
    for (let i = 0; i < 3; i++) scheduler.run();
    const inline = { tokens: text(140), lane: INLINE };
    const second = add(scheduler, inline);
    const answers = finish(scheduler);
    assert.equal(summaryOf(answers.get(second)).residentTokens, 96);
    // … and the other takes over from there.
    assert.equal(summaryOf(answers.get(first)).residentTokens, 140 - 96);
    assert.deepEqual(answers.get(first)?.ids, alone(chat));
    assert.deepEqual(answers.get(second)?.ids, alone(inline));
  });

  it('keeps the chunks that an aborted prompt had finished', () => {
    const scheduler = makeScheduler();
    const handle = add(scheduler, { tokens: text(200) });
    for (let i = 0; i < 3; i++) scheduler.run();
    scheduler.run(20);
    scheduler.cancel(handle);
    const { reason, generatedTokens } = summaryOf(finish(scheduler).get(handle));
    assert.deepEqual([reason, generatedTokens], ['aborted', 0]);
    assert.equal(scheduler.match(text(200)), 96);
  });

  describe('keeps the pass of a cancelled prompt', () => {
    /** A prompt that was cancelled in its second chunk, after so many of the 96 rows that three layers have. */
    const interrupted = (units: number): Scheduler => {
      const scheduler = makeScheduler({ rounds: true });
      const handle = add(scheduler, { tokens: text(200) });
      scheduler.run();
      scheduler.run(units);
      scheduler.cancel(handle);
      scheduler.passes();
      return scheduler;
    };
    const begun = (scheduler: Scheduler, tokens: Int32Array): (number | undefined)[] => {
      const handle = add(scheduler, { tokens, maxTokens: 3 });
      const answer = finish(scheduler).get(handle);
      assert.deepEqual(answer?.ids, alone({ tokens, maxTokens: 3 }, { rounds: true }));
      return scheduler.passes().map(({ chunks: [chunk] }) => chunk?.position);
    };

    it('and goes on with it for one that begins alike', () => {
      assert.deepEqual(begun(interrupted(40), text(97)).slice(0, 2), [64, 96]);
      assert.deepEqual(begun(interrupted(40), text(205, 1, 150))[0], 64);
    });

    it('but not for one with another beginning, nor for one that is done without it', () => {
      assert.deepEqual(begun(interrupted(40), text(97, 1)).slice(0, 2), [0, 32]);
      assert.deepEqual(begun(interrupted(40), text(97, 1, 32))[0], 32);
      assert.deepEqual(begun(interrupted(40), text(34))[0], 32);
      const other = interrupted(40);
      add(other, { tokens: text(10, 2) });
      while (other.run() !== undefined);
      other.passes();
      assert.deepEqual(begun(other, text(97))[0], 32);
    });

    it('where less is left to do than would be done again', () => {
      // They agree on 16 of the 32 tokens: too few after one layer, enough after two.
      const takesOver = (units: number): boolean => {
        const scheduler = interrupted(units);
        const tokens = text(97, 1, 48);
        const handle = add(scheduler, { tokens });
        const { ends } = finish(scheduler).get(handle)!;
        assert.equal(ends.length, 1);
        return scheduler.passes()[0]?.chunks[0]?.position !== 32;
      };
      assert.deepEqual([takesOver(40), takesOver(70)], [false, true]);
    });

    it('until its pages are needed', () => {
      const scheduler = makeScheduler({ pages: 4 });
      const handle = add(scheduler, { tokens: text(200), lane: CHAT });
      for (let i = 0; i < 5; i++) scheduler.run();
      scheduler.run(20);
      scheduler.cancel(handle);
      assert.ok(scheduler.usage().held > 0);
      const inline = { tokens: text(250, 1) };
      const other = add(scheduler, inline);
      assert.deepEqual(finish(scheduler).get(other)?.ids, alone(inline));
    });
  });

  it('goes on with the others when one of a batch is cancelled', () => {
    const scheduler = makeScheduler();
    const asks = [0, 1, 2].map((seed) => ({ tokens: text(20, seed), maxTokens: 12 }));
    const handles = asks.map((ask) => add(scheduler, ask));
    for (let i = 0; i < 8; i++) scheduler.run();
    scheduler.run(4);
    scheduler.cancel(handles[1]!);
    const answers = finish(scheduler);
    for (const i of [0, 2]) assert.deepEqual(answers.get(handles[i]!)?.ids, alone(asks[i]!));
    assert.equal(summaryOf(answers.get(handles[1]!)).reason, 'aborted');
  });

  it('ends a request that is broken, and no other', () => {
    const scheduler = makeScheduler({ contextLength: 64 });
    const broken = [
      { tokens: none },
      { tokens: Int32Array.of(50) },
      { tokens: text(65) },
      { tokens: text(3), topP: 0 },
      { tokens: text(3), overflow: 'trim', keepFirst: 33 },
    ] as const;
    const handles = broken.map((ask) => add(scheduler, ask));
    const good = add(scheduler, { tokens: text(3) });
    const answers = finish(scheduler);
    for (const handle of handles) {
      assert.match(
        JSON.stringify(answers.get(handle)?.ends),
        /^\[\{"handle":\d+,"error":"[^"]+"\}\]$/,
      );
    }
    assert.equal(answers.get(good)?.ids.length, 5);
  });

  describe('with few pages', () => {
    it('takes them from the last request of the lowest lane, which computes again', () => {
      const scheduler = makeScheduler({ pages: 6 });
      const chat = { tokens: text(200), lane: CHAT, maxTokens: 40 };
      const first = add(scheduler, chat);
      while (!scheduler.events().some((event) => 'id' in event)) scheduler.run();
      const inline = { tokens: text(250, 1), lane: INLINE, maxTokens: 3 };
      const second = add(scheduler, inline);
      const answers = finish(scheduler);
      assert.deepEqual(answers.get(second)?.ids, alone(inline));
      assert.equal(summaryOf(answers.get(first)).reason, 'length');
      // The first of its tokens was heard above.
      assert.deepEqual(answers.get(first)?.ids, alone(chat).slice(1));
    });

    it('throws a step away whose pages it took', () => {
      const scheduler = makeScheduler({ pages: 4 });
      const chat = { tokens: text(150), lane: CHAT, maxTokens: 10 };
      const first = add(scheduler, chat);
      for (let i = 0; i < 7; i++) scheduler.run();
      scheduler.run(1); // into a layer of a token
      const inline = { tokens: text(200, 1), lane: INLINE };
      const second = add(scheduler, inline);
      const answers = finish(scheduler);
      assert.deepEqual(answers.get(second)?.ids, alone(inline));
      assert.deepEqual(answers.get(first)?.ids, alone(chat));
    });

    it('lets the last of a lane wait until another ends', () => {
      const scheduler = makeScheduler({ pages: 5 });
      const asks = [0, 1, 2].map((seed) => ({ tokens: text(90, seed), maxTokens: 70 }));
      const handles = asks.map((ask) => add(scheduler, ask));
      const answers = finish(scheduler);
      handles.forEach((handle, i) => {
        assert.deepEqual(answers.get(handle)?.ids, alone(asks[i]!), `request ${i}`);
      });
    });

    it('ends an answer for which there are none at all', () => {
      const scheduler = makeScheduler({ pages: 2 });
      const handle = add(scheduler, { tokens: text(100), maxTokens: 50 });
      const answer = finish(scheduler).get(handle);
      assert.equal(summaryOf(answer).reason, 'context');
      assert.deepEqual(answer?.ids, alone({ tokens: text(100), maxTokens: 29 }));
    });
  });

  describe('with a full context', () => {
    it('ends the answer', () => {
      const ask = { tokens: text(60), maxTokens: 50 };
      const scheduler = makeScheduler({ contextLength: 64 });
      const handle = add(scheduler, ask);
      const answer = finish(scheduler).get(handle);
      assert.equal(summaryOf(answer).reason, 'context');
      assert.equal(answer?.ids.length, 64 - 60 + 1);
    });

    it('drops the middle where that is asked for, and goes on', () => {
      const scheduler = makeScheduler({ contextLength: 64 });
      const keepFirst = 10;
      const handle = add(scheduler, {
        tokens: text(60),
        maxTokens: 100,
        overflow: 'trim',
        keepFirst,
      });
      const answer = finish(scheduler).get(handle)!;
      const { reason, trimmedTokens, promptTokens } = summaryOf(answer);
      assert.deepEqual([reason, answer.ids.length, promptTokens], ['length', 100, 60]);
      // 27 tokens at a time: half of what is left behind the first ten.
      assert.equal(trimmedTokens, 4 * 27);
      // Each stretch is what one would get for the trimmed text as a prompt.
      let tokens = [...text(60)];
      const ids = [...answer.ids];
      while (ids.length > 0) {
        const expected = alone({ tokens: Int32Array.from(tokens), maxTokens: 65 - tokens.length });
        const stretch = ids.splice(0, expected.length);
        assert.deepEqual(stretch, expected.slice(0, stretch.length));
        tokens = [...tokens, ...stretch];
        tokens.splice(keepFirst, 27);
      }
    });

    it('trims a longer prompt at the same place as it grows', () => {
      const scheduler = makeScheduler({ contextLength: 64 });
      const resident: number[] = [];
      for (const length of [70, 75, 80, 85, 90]) {
        const handle = add(scheduler, {
          tokens: text(length),
          maxTokens: 1,
          overflow: 'trim',
          keepFirst: 8,
        });
        const { residentTokens, trimmedTokens } = summaryOf(finish(scheduler).get(handle));
        assert.equal(trimmedTokens, 28);
        resident.push(residentTokens);
      }
      assert.deepEqual(resident.slice(1), [42, 47, 52, 57]);
    });
  });

  describe('on a device that guesses', () => {
    const ask: Ask = { tokens: text(30), maxTokens: 12 };

    it('takes guesses where nothing is copied, and saves a pass for each that is right', () => {
      const scheduler = makeScheduler({ drafts: 'right' });
      const handle = add(scheduler, { ...ask, draftLength: 1 });
      const answer = finish(scheduler).get(handle)!;
      assert.deepEqual(answer.ids, alone(ask));
      // The first token comes with the prompt, the last one is not guessed.
      const { mtpDraftedTokens, mtpAcceptedTokens } = summaryOf(answer);
      assert.equal(mtpAcceptedTokens, mtpDraftedTokens);
      assert.ok(mtpAcceptedTokens >= 4, `${mtpAcceptedTokens} guesses`);
      const decoding = scheduler.passes().filter(({ chunks }) => chunks[0]!.position >= 30);
      assert.equal(decoding.length, 12 - 1 - mtpAcceptedTokens);
    });

    it('answers the same where every guess is wrong', () => {
      const scheduler = makeScheduler({ drafts: 'wrong' });
      const handle = add(scheduler, { ...ask, draftLength: 1 });
      const answer = finish(scheduler).get(handle)!;
      assert.deepEqual(answer.ids, alone(ask));
      const { mtpDraftedTokens, mtpAcceptedTokens } = summaryOf(answer);
      assert.ok(mtpDraftedTokens > 4);
      assert.equal(mtpAcceptedTokens, 0);
    });

    it('asks for none where a request wants none, at the end of an answer, or for what it never says', () => {
      const wants: Partial<Ask>[] = [
        { draftLength: 0 },
        { draftByModule: false },
        { maxTokens: 1 },
      ];
      for (const each of wants) {
        const scheduler = makeScheduler({ drafts: 'right' });
        add(scheduler, { ...ask, draftLength: 1, ...each });
        finish(scheduler);
        assert.equal(scheduler.guesses(), 0, JSON.stringify(each));
      }
      const never = Int32Array.from({ length: 50 }, (_, id) => id).filter((id) => id % 2 === 0);
      const scheduler = makeScheduler({ drafts: 'right' });
      const handle = add(scheduler, { ...ask, draftLength: 1, bannedTokens: never });
      const { ids, ends } = finish(scheduler).get(handle)!;
      assert.ok(ids.every((id) => id % 2 === 1));
      assert.equal(ends.length, 1);
    });

    it('guesses for all answers of a step together', () => {
      const scheduler = makeScheduler({ drafts: 'right' });
      const asks = [1, 2, 3].map((seed) => ({ ...ask, tokens: text(30, seed) }));
      const handles = asks.map((each) => add(scheduler, { ...each, draftLength: 1 }));
      const answers = finish(scheduler);
      handles.forEach((handle, i) => {
        assert.deepEqual(answers.get(handle)!.ids, alone(asks[i]!));
        assert.ok(summaryOf(answers.get(handle)).mtpAcceptedTokens >= 2);
      });
    });

    it('gives a guess up where somebody more urgent comes, and goes on', () => {
      const scheduler = makeScheduler({ drafts: 'right' });
      const handle = add(scheduler, { ...ask, draftLength: 1, lane: WARM });
      for (let units = 1; units < 40; units++) scheduler.run(units % 3 === 0 ? 1 : units);
      const urgent = add(scheduler, { ...ask, tokens: text(20, 2) });
      const answers = finish(scheduler);
      assert.deepEqual(answers.get(handle)!.ids, alone(ask));
      assert.deepEqual(answers.get(urgent)!.ids, alone({ ...ask, tokens: text(20, 2) }));
    });
  });

  it('answers every request as if it were alone, whatever comes between', () => {
    const request = fc.record({
      lane: fc.nat(3),
      length: fc.integer({ min: 1, max: 150 }),
      seed: fc.nat(2),
      fork: fc.nat(120),
      maxTokens: fc.nat(20),
      draftLength: fc.nat(6),
      known: fc.boolean(),
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
        fc.constantFrom(4, 5, 8, 40),
        fc.constantFrom(1, 5, 32),
        fc.boolean(),
        fc.constantFrom(undefined, 'right' as const, 'wrong' as const),
        (steps, pages, chunk, keepsLogits, drafts) => {
          const scheduler = makeScheduler({
            pages,
            chunk,
            contextLength: 256,
            keepsLogits,
            ...(drafts === undefined ? {} : { drafts }),
          });
          const asks = new Map<number, Ask>();
          const cancelled = new Set<number>();
          for (const step of steps) {
            if ('ask' in step) {
              const { lane, length, seed, fork, maxTokens, draftLength, known } = step.ask;
              const ask = { lane, tokens: text(length, seed, fork), maxTokens };
              // Drafts that are right, or what the prompt happens to repeat.
              const draftSources = known ? [answerWithLead(ask)] : [];
              asks.set(add(scheduler, { ...ask, draftLength, draftSources }), ask);
            } else if ('units' in step) {
              scheduler.run(step.units + 1);
            } else if ('steps' in step) {
              for (let i = 0; i < step.steps; i++) scheduler.run();
            } else {
              scheduler.cancel(step.cancel);
              cancelled.add(step.cancel);
            }
          }
          const answers = finish(scheduler);
          for (const [handle, ask] of asks) {
            const answer = answers.get(handle);
            const { reason, generatedTokens } = summaryOf(answer);
            const expected = ask.maxTokens === 0 ? [] : alone(ask, { contextLength: 256 });
            assert.equal(generatedTokens, answer?.ids.length);
            assert.deepEqual(answer?.ids, expected.slice(0, generatedTokens));
            if (reason === 'aborted') assert.ok(cancelled.has(handle));
            else assert.deepEqual([reason, generatedTokens], ['length', ask.maxTokens]);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
