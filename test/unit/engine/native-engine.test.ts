import assert from 'node:assert/strict';
import {
  DeviceError,
  EngineError,
  type GenerateOptions,
  type PromptPlan,
} from '../../../server/engine/contract.js';
import type { NativeEngineOptions } from '../../../server/engine/native/addon.js';
import { loadNativeEngine } from '../../../server/engine/native/engine.js';
import { engineBehaviour, textPlan } from './behaviour.js';
import { FakeAddon, nativeError, type FakeAddonOptions } from './fake-addon.js';

const PATH = '/models/fake.gguf';
const GREEDY: GenerateOptions = { lane: 'inline', maxTokens: 3 };

async function load(options: FakeAddonOptions = {}, more: NativeEngineOptions = {}) {
  const addon = new FakeAddon(options);
  return { addon, engine: await loadNativeEngine(addon, PATH, more) };
}

async function requestOf(plan: PromptPlan, options: GenerateOptions) {
  const { addon, engine } = await load();
  await engine.generate(plan, options).summary;
  assert.equal(addon.requests.length, 1);
  return addon.requests[0]!;
}

engineBehaviour('native, on a fake addon', async () => (await load()).engine);

describe('the native engine', () => {
  it('says what it runs', async () => {
    const { engine } = await load({}, { contextLength: 64 });
    assert.deepEqual(engine.info, {
      model: 'Small Base',
      path: PATH,
      device: 'cpu (AVX2, 2 threads)',
      contextLength: 64,
      fim: 'psm',
      chatRemedy:
        'Small Base has no chat template: it only completes. For chat use DeepSeek-Coder-V2-Lite-Instruct as a GGUF file.',
    });
  });

  it('reports how loading proceeds', async () => {
    const seen: number[] = [];
    await loadNativeEngine(new FakeAddon(), PATH, {}, (fraction) => seen.push(fraction));
    assert.deepEqual(seen, [0, 1]);
  });

  it('places special tokens by id, and encodes text without them', async () => {
    const { tokens } = await requestOf(
      {
        segments: [
          { kind: 'special', token: 'bos' },
          { kind: 'special', token: 'fimPrefix' },
          { kind: 'text', text: 'a<｜fim▁end｜>', source: 'file:///a' },
          { kind: 'special', token: 'fimSuffix' },
          { kind: 'special', token: 'fimMiddle' },
        ],
      },
      GREEDY,
    );
    assert.deepEqual([...tokens], [256, 258, 0x61, ...Buffer.from('<｜fim▁end｜>'), 259, 260]);
  });

  it('ends at end and FIM tokens, and bans what is neither text nor end', async () => {
    const { endTokens, bannedTokens } = await requestOf(textPlan('a'), GREEDY);
    assert.deepEqual([...endTokens], [257, 258, 259, 260]);
    assert.deepEqual([...bannedTokens], [256, 262]);
  });

  it('passes lane, sampling and stop strings on', async () => {
    const sampling = { temperature: 0.5, topK: 4, topP: 0.9, minP: 0.1, seed: 3 };
    const request = await requestOf(textPlan('a'), {
      lane: 'speculate',
      maxTokens: 2,
      sampling,
      stop: ['', '\n'],
    });
    const { temperature, topK, topP, minP, seed } = request;
    assert.deepEqual({ temperature, topK, topP, minP, seed }, sampling);
    assert.equal(request.lane, 2);
    assert.deepEqual(request.stop, ['\n']);
  });

  it('passes on how wide to search, where that is asked for', async () => {
    assert.equal((await requestOf(textPlan('abc'), { ...GREEDY, beam: 3 })).beam, 3);
    assert.ok(!('beam' in (await requestOf(textPlan('abc'), GREEDY))));
  });

  it('lets only a text at the end of the plan be healed', async () => {
    const healed = async (...segments: PromptPlan['segments']) =>
      (await requestOf({ segments }, { ...GREEDY, heal: true })).heal;
    const text = (content: string) => ({ kind: 'text', text: content, source: 'test:' }) as const;
    const middle = { kind: 'special', token: 'fimMiddle' } as const;
    assert.equal(await healed(middle, text('abc')), 3);
    assert.equal(await healed(text('abc'), text('de'), text('')), 2);
    assert.equal(await healed(text('abc'), middle), 0);
    assert.equal(await healed(text('abc'), middle, text('')), 0);
    assert.equal((await requestOf(textPlan('abc'), GREEDY)).heal, 0);
  });

  it('encodes what the answer may repeat as documents', async () => {
    const { draftSources } = await requestOf(textPlan('a'), {
      ...GREEDY,
      draftSources: ['bc', '<｜fim▁end｜>'],
    });
    assert.deepEqual(draftSources, [
      Int32Array.from(Buffer.from('bc')),
      Int32Array.from(Buffer.from('<｜fim▁end｜>')),
    ]);
  });

  for (const [field, value] of [
    ['temperature', Number.NaN],
    ['temperature', -1],
    ['temperature', 101],
    ['topK', 1.5],
    ['topP', 0],
    ['topP', 2],
    ['minP', 1],
    ['repetitionPenalty', 0],
    ['repetitionPenalty', 101],
    ['repetitionWindow', 65537],
    ['seed', 0.5],
    ['seed', 2 ** 53],
  ] as const) {
    it(`refuses ${field} = ${value}`, async () => {
      const { engine } = await load();
      const { summary } = engine.generate(textPlan('a'), {
        ...GREEDY,
        sampling: { [field]: value },
      });
      await assert.rejects(summary, { name: 'EngineError', message: `${field} is ${value}` });
    });
  }

  it('takes whatever the native sampler takes', async () => {
    for (const sampling of [
      { temperature: 100, topP: 1, minP: 0, repetitionPenalty: 100, repetitionWindow: 65536 },
      { temperature: 0, topP: 0.001, minP: 0.999, repetitionPenalty: 0.001, repetitionWindow: 0 },
      { seed: 2 ** 53 - 1, topK: 0 },
    ]) {
      const request = await requestOf(textPlan('a'), { ...GREEDY, sampling });
      assert.deepEqual({ ...request, ...sampling }, request);
    }
  });

  it('refuses a token limit that is none', async () => {
    const { engine } = await load();
    for (const maxTokens of [-1, Number.NaN]) {
      await assert.rejects(
        engine.generate(textPlan('a'), { ...GREEDY, maxTokens }).summary,
        EngineError,
      );
    }
  });

  it('refuses an empty prompt', async () => {
    const { engine } = await load();
    await assert.rejects(engine.generate({ segments: [] }, GREEDY).summary, /empty/);
  });

  it('places control tokens by name, and no others', async () => {
    const { engine } = await load();
    const named = (name: string): PromptPlan => ({ segments: [{ kind: 'named', name }] });
    const { tokens } = await requestOf(named('<｜fim▁begin｜>'), GREEDY);
    assert.deepEqual([...tokens], [258]);
    for (const name of ['ü', 'a', '<｜User｜>'])
      await assert.rejects(engine.generate(named(name), GREEDY).summary, /has no control token/);
  });

  it('names a special token that the model lacks', async () => {
    const { engine } = await load();
    const plan: PromptPlan = { segments: [{ kind: 'special', token: 'fimSuffixFirst' }] };
    await assert.rejects(engine.generate(plan, GREEDY).summary, {
      message: 'Small Base has no token for fimSuffixFirst',
      remedy: "Use the model's own layout, psm.",
    });
  });

  it('never asks the addon to run past the context', async () => {
    const { addon, engine } = await load({}, { contextLength: 10 });
    const { reason } = await engine.generate(textPlan('abcd'), { ...GREEDY, maxTokens: 100 })
      .summary;
    assert.equal(addon.requests[0]?.maxTokens, 5);
    assert.equal(reason, 'context');
  });

  it('lets the addon trim where that is asked for, and passes on how much it did', async () => {
    const { addon, engine } = await load({}, { contextLength: 10 });
    const overflow = { rule: 'trim', keepFirst: 3 } as const;
    const long = textPlan('a prompt of more than ten tokens');
    const { reason, trimmedTokens } = await engine.generate(long, {
      ...GREEDY,
      maxTokens: 20,
      overflow,
    }).summary;
    const { maxTokens, overflow: rule, keepFirst } = addon.requests[0]!;
    assert.deepEqual({ maxTokens, rule, keepFirst }, { maxTokens: 20, rule: 'trim', keepFirst: 3 });
    assert.deepEqual([reason, trimmedTokens], ['length', 9]);
  });

  it('stops at the end of the context unless it is told otherwise', async () => {
    const { overflow, keepFirst } = await requestOf(textPlan('a'), GREEDY);
    assert.deepEqual([overflow, keepFirst], ['stop', undefined]);
  });

  it('tells how the pages of the cache are used', async () => {
    const { engine } = await load();
    assert.deepEqual(engine.cacheUsage(), {
      totalPages: 8,
      freePages: 3,
      heldPages: 0,
      sharedPages: 0,
      cachedPages: 5,
      pageTokens: 64,
      pageBytes: 640,
    });
  });

  it('saves and restores what is resident', async () => {
    const { addon, engine } = await load();
    await engine.generate(textPlan('abc'), GREEDY).summary;
    assert.equal(await engine.savePrefix(textPlan('abd'), '/kv'), 3);
    assert.equal(await engine.restorePrefix('/kv'), 7);
    assert.deepEqual(addon.files, ['save /kv', 'restore /kv']);
    const fileError = nativeError('corrupt', 'damaged');
    const damaged = await load({ fileError });
    const expected = { name: 'EngineError', message: 'damaged', remedy: fileError.remedy };
    await assert.rejects(damaged.engine.savePrefix(textPlan('a'), '/kv'), expected);
    await assert.rejects(damaged.engine.restorePrefix('/kv'), expected);
  });

  it('cancels a request once, and none that has ended', async () => {
    const { addon, engine } = await load();
    const abort = new AbortController();
    const running = engine.generate(textPlan('a'), {
      ...GREEDY,
      maxTokens: 99,
      signal: abort.signal,
    });
    abort.abort();
    await running.summary;
    assert.deepEqual(addon.cancelled, [1]);
    const late = new AbortController();
    await engine.generate(textPlan('a'), { ...GREEDY, signal: late.signal }).summary;
    late.abort();
    assert.deepEqual(addon.cancelled, [1]);
  });

  it('drops a token that was under way when its request was aborted', async () => {
    const { engine } = await load({ lateToken: true });
    const abort = new AbortController();
    const generation = engine.generate(textPlan('a'), { ...GREEDY, signal: abort.signal });
    abort.abort();
    for await (const token of generation) assert.fail(`got ${token.text}`);
    assert.equal((await generation.summary).reason, 'aborted');
  });

  it('ends what runs when it is closed, even if the addon says nothing', async () => {
    const { engine } = await load({ forgetful: true });
    const generation = engine.generate(textPlan('a'), GREEDY);
    await engine.close();
    assert.equal((await generation.summary).reason, 'aborted');
  });

  it('turns what the addon throws into errors with a remedy', async () => {
    const error = nativeError('out-of-memory', 'no memory');
    const expected = { name: 'EngineError', message: 'no memory', remedy: error.remedy };
    await assert.rejects(load({ openError: error }), expected);
    await assert.rejects(load({ loadError: error }), expected);
    const { engine } = await load({ runError: error });
    await assert.rejects(engine.generate(textPlan('a'), GREEDY).summary, expected);
    await assert.rejects(load({ loadError: new TypeError('odd') }), {
      name: 'EngineError',
      message: 'the native engine failed: odd',
    });
  });

  it('tells a device that failed from a request that did', async () => {
    const failure = async (code: string, device: 'cpu' | 'cuda') => {
      const { engine } = await load({ runError: nativeError(code, 'bad') }, { device });
      return engine.generate(textPlan('a'), GREEDY).summary.then(
        () => assert.fail('it went well'),
        (error: unknown) => error instanceof DeviceError,
      );
    };
    assert.equal(await failure('device-lost', 'cuda'), true);
    assert.equal(await failure('out-of-memory', 'cuda'), true);
    assert.equal(await failure('out-of-memory', 'cpu'), false);
    assert.equal(await failure('invalid-argument', 'cuda'), false);
  });

  it('says why it runs where it does', async () => {
    const why = { deviceReason: 'it works', deviceRemedy: 'Rejoice.' };
    const options = { device: 'cuda' } as const;
    const { info } = await loadNativeEngine(new FakeAddon(), PATH, options, undefined, why);
    const { device, deviceReason, deviceRemedy } = info;
    assert.deepEqual({ deviceReason, deviceRemedy }, why);
    assert.equal(device, 'cuda (Fake GPU)');
  });

  it('refuses weights for fewer tokens than the vocabulary has, and frees them', async () => {
    const addon = new FakeAddon({ vocabularySize: 10 });
    await assert.rejects(loadNativeEngine(addon, PATH), /weights for 10/);
    assert.equal(addon.closes, 1);
  });
});
