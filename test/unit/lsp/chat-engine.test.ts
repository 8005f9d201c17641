import assert from 'node:assert/strict';
import { defaultSettings, type FoundModel, type LacunaSettings } from '../../../protocol/index.js';
import { EngineError, type Engine, type EngineInfo } from '../../../server/engine/contract.js';
import { ChatEngine } from '../../../server/lsp/chat-engine.js';
import { EngineHost, type EngineSettings } from '../../../server/lsp/engine-host.js';
import { chatInfo } from '../../support/chat-model.js';
import { ScriptedEngine } from '../../support/scripted-engine.js';

const never = new AbortController().signal;
const instruct = { ...defaultSettings, chatModel: '/m/instruct.gguf', chatContextLength: 1024 };
const file: FoundModel = {
  path: '/m/instruct.gguf',
  name: 'instruct',
  program: '',
  bytes: 1,
  contextLength: 163840,
  completes: false,
  chats: true,
  memoryBytes: 1,
};

/** A server's two engines; `completion` is what the one that completes says of itself. */
function harness(
  completion: Partial<EngineInfo> | EngineError = {},
  described: FoundModel | EngineError = file,
) {
  const events: string[] = [];
  const asked: EngineSettings[] = [];
  const quiet = { loading() {}, progress() {}, ready() {}, failed() {} };
  const host = new EngineHost(() => {
    if (completion instanceof EngineError) return Promise.reject(completion);
    return Promise.resolve(new ScriptedEngine({ answer: '', info: completion }));
  }, quiet);
  const chat = new ChatEngine(
    host,
    (settings) => {
      asked.push(settings);
      const engine = new ScriptedEngine({ answer: '', info: chatInfo() });
      const close = engine.close.bind(engine);
      engine.close = () => {
        events.push('close');
        return close();
      };
      return Promise.resolve(engine);
    },
    {
      loading: () => events.push('loading'),
      progress: () => undefined,
      ready: () => events.push('ready'),
      failed: () => events.push('failed'),
      off: () => events.push('off'),
    },
    () => {
      if (described instanceof EngineError) throw described;
      return described;
    },
  );
  const follow = (settings: LacunaSettings) => {
    host.load({ ...settings });
    chat.follow(settings);
  };
  return { host, chat, follow, events, asked };
}

const refusalOf = async (chat: ChatEngine) => (await chat.engine(never)).refusal;
const modelOf = (engine: Engine | undefined) => engine?.info.model;

describe('chat engine', () => {
  it('is the engine that completes, where that can be talked to', async () => {
    const { chat, host, follow, asked } = harness({ model: 'Both', chat: chatInfo().chat! });
    follow(defaultSettings);
    const { engine } = await chat.engine(never);
    assert.equal(engine, await host.engine(never));
    assert.deepEqual(chat.availability(), { available: true, model: 'Both', contextLength: 4096 });
    assert.deepEqual(asked, []);
  });

  it('says why a model that only completes is none to talk to, and what to choose', async () => {
    const { chat, follow } = harness({ model: 'Embedded' });
    follow(defaultSettings);
    const refusal = await refusalOf(chat);
    assert.equal(refusal?.reason, 'no-chat-model');
    assert.match(refusal.message, /^Embedded only completes/);
    assert.match(refusal.remedy, /lacuna\.chatModel/);
    assert.deepEqual(chat.availability(), refusal);
  });

  it('loads a model of its own when somebody asks for it first', async () => {
    const { chat, follow, events, asked } = harness();
    follow(instruct);
    assert.deepEqual(chat.availability(), {
      available: true,
      model: 'instruct',
      contextLength: 1024,
    });
    assert.deepEqual(events, []);
    const [first, second] = await Promise.all([chat.engine(never), chat.engine(never)]);
    assert.equal(modelOf(first.engine), 'Scripted Instruct');
    assert.equal(first.engine, second.engine);
    assert.deepEqual(events, ['loading', 'ready']);
    assert.equal(asked.length, 1);
    const { model, chat: own, contextLength } = asked[0]!;
    assert.deepEqual(
      { model, own, contextLength },
      {
        model: '/m/instruct.gguf',
        own: true,
        contextLength: 1024,
      },
    );
  });

  it('keeps its model while the settings name it, and frees it when they name another', async () => {
    const { chat, follow, events } = harness();
    follow(instruct);
    await chat.engine(never);
    follow({ ...instruct, maxTokens: 7 });
    assert.deepEqual(events, ['loading', 'ready']);
    follow({ ...instruct, chatModel: '' });
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(events, ['loading', 'ready', 'off', 'close']);
  });

  it('loads no second copy of the file that completes', async () => {
    const { chat, follow, asked } = harness({ model: 'One' });
    follow({ ...instruct, model: instruct.chatModel });
    assert.equal((await refusalOf(chat))?.reason, 'no-chat-model');
    assert.deepEqual(asked, []);
  });

  it('tries again to load a model that failed when somebody asks again', async () => {
    let broken = true;
    const quiet = { loading() {}, progress() {}, ready() {}, failed() {}, off() {} };
    const load = () =>
      broken
        ? Promise.reject(new EngineError('No memory.', 'Close something.'))
        : Promise.resolve(new ScriptedEngine({ answer: '', info: chatInfo() }));
    const chat = new ChatEngine(new EngineHost(load, quiet), load, quiet, () => file);
    chat.follow(instruct);
    assert.equal((await refusalOf(chat))?.message, 'No memory.');
    assert.equal(chat.availability().available, false);
    broken = false;
    assert.ok((await chat.engine(never)).engine);
  });

  it('reads a file that is no use once in a while', () => {
    let read = 0;
    const quiet = { loading() {}, progress() {}, ready() {}, failed() {}, off() {} };
    const load = () => Promise.reject(new Error('not to be loaded'));
    const chat = new ChatEngine(new EngineHost(load, quiet), load, quiet, () => {
      read++;
      return { ...file, chats: false };
    });
    chat.follow(instruct);
    for (let i = 0; i < 10; i++) assert.equal(chat.availability().available, false);
    assert.equal(read, 1);
  });

  it('does not load a file that holds a base model', async () => {
    const { chat, follow, asked } = harness({}, { ...file, chats: false, completes: true });
    follow(instruct);
    assert.equal((await refusalOf(chat))?.reason, 'no-chat-model');
    assert.deepEqual(asked, []);
  });

  it('says of a file that cannot be read what is wrong with it', async () => {
    const problem = { message: 'It is damaged.', remedy: 'Download it again.' };
    const unread: FoundModel = { ...file, chats: false, problem };
    delete (unread as { memoryBytes?: number }).memoryBytes;
    for (const described of [unread, new EngineError(problem.message, problem.remedy)]) {
      const { chat, follow } = harness({}, described);
      follow(instruct);
      assert.deepEqual(await refusalOf(chat), { available: false, reason: 'failed', ...problem });
    }
  });

  it('says what kept the model from loading', async () => {
    const { chat, follow } = harness(new EngineError('No memory.', 'Buy some.'));
    follow(defaultSettings);
    const refusal = await refusalOf(chat);
    assert.deepEqual(refusal, {
      available: false,
      reason: 'failed',
      message: 'No memory.',
      remedy: 'Buy some.',
    });
  });

  it('waits for the settings, and says so where somebody cannot wait', async () => {
    const { chat, follow } = harness({ chat: chatInfo().chat! });
    const abort = new AbortController();
    const impatient = chat.engine(abort.signal);
    const patient = chat.engine(never);
    abort.abort();
    assert.equal((await impatient).refusal?.reason, 'loading');
    follow(defaultSettings);
    assert.ok((await patient).engine);
  });

  it('is off where Lacuna is', async () => {
    const { chat, follow } = harness();
    follow({ ...instruct, enable: false });
    assert.equal((await refusalOf(chat))?.reason, 'off');
  });
});
