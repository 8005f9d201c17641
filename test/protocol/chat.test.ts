import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  chatRequests,
  didChangeConversationMethod,
  type ChatAvailability,
  type Conversation,
  type ConversationParams,
  type ConversationSummary,
} from '../../protocol/index.js';
import { EngineError } from '../../server/engine/contract.js';
import { chatInfo } from '../support/chat-model.js';
import { planText, ScriptedEngine } from '../support/scripted-engine.js';
import { ChatClient } from './chat-client.js';
import { serverUnderTest } from './in-process.js';

/** Far more words than any test waits for. */
const endless = Array.from({ length: 4000 }, (_, at) => ` word${at}`).join('');

describe('language server: conversations', () => {
  const { start, dispose } = serverUnderTest();
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lacuna-chat-'));
  });
  afterEach(async () => {
    await dispose();
    await rm(folder, { recursive: true });
  });

  async function serve(
    script: Partial<ConstructorParameters<typeof ScriptedEngine>[0]> = {},
    initializationOptions: object = {},
  ) {
    const engine = new ScriptedEngine({ answer: 'Like this.', info: chatInfo(), ...script });
    const more = { chatFolder: path.join(folder, 'chat') };
    const { client, server } = start(engine, undefined, undefined, undefined, more);
    await client.initialize({ initializationOptions });
    const chat = new ChatClient(client);
    const { id } = await chat.create();
    return { engine, client, server, chat, id };
  }

  it('answer a question: the turn first, then its pieces, then all of it', async () => {
    const { chat, id, engine } = await serve();
    const asked = chat.ask(id, 'How?');
    const turn = await asked.turn;
    const [first, ...rest] = asked.progress();
    assert.ok(first?.kind === 'turn');
    const { state, answer, sources, model } = first.turn;
    assert.deepEqual([state, answer, sources, model], ['running', '', [], 'Scripted Instruct']);
    assert.deepEqual(rest, [
      { kind: 'answer', text: 'Like' },
      { kind: 'answer', text: ' this' },
      { kind: 'answer', text: '.' },
    ]);
    assert.deepEqual([turn.id, turn.state, turn.answer], [first.turn.id, 'complete', 'Like this.']);
    const [{ plan, options } = {}] = engine.requests;
    assert.match(planText(plan!), /programming assistant[^]*User: How\?\n\nAssistant:$/);
    assert.equal(options?.lane, 'chat');
    assert.equal(turn.usage?.generated, 3);
    const { turns, title } = await chat.open(id);
    assert.deepEqual([turns, title], [[turn], 'How?']);
  });

  it('tell thoughts from the answer', async () => {
    const { chat, id } = await serve({
      answer: 'Well…\n</think>\n\nSo.',
      info: chatInfo('r1'),
    });
    const { answer, reasoning } = await chat.send(id, 'How?');
    assert.deepEqual([reasoning, answer], ['Well…', 'So.']);
    const again = await chat.send(id, 'And?');
    assert.equal(again.state, 'complete');
  });

  it('show the model what was said before, and read only what is new', async () => {
    const { chat, id, engine } = await serve();
    await chat.send(id, 'How?');
    const second = await chat.send(id, 'And then?');
    const text = planText(engine.requests[1]!.plan);
    assert.match(text, /User: How\?\n\nAssistant: ?Like this\.[^]*User: And then\?\n\nAssistant:$/);
    assert.ok(text.startsWith(planText(engine.requests[0]!.plan)));
    assert.equal(second.usage?.resident, (await chat.open(id)).turns[0]?.usage?.prompt);
  });

  it('keep what there is of an answer that is stopped, by a request or by cancelling', async () => {
    const { client, chat, id } = await serve({ answer: endless, tokenMs: 1 });
    for (const stop of ['stop', 'cancel']) {
      const asked = chat.ask(id, 'How?');
      await asked.pieces(3);
      if (stop === 'cancel') asked.cancel();
      else await client.request(chatRequests.stop, { conversation: id });
      const turn = await asked.turn;
      assert.equal(turn.state, 'stopped');
      assert.match(turn.answer, /^word0 word1 word2/);
      assert.ok(turn.answer.length < endless.length);
      assert.deepEqual((await chat.open(id)).turns.at(-1), turn);
    }
  });

  it('answer one question of a conversation at a time, and several conversations at once', async () => {
    const { chat, id } = await serve({ answer: endless, tokenMs: 1 });
    const first = chat.ask(id, 'How?');
    await first.pieces(1);
    await assert.rejects(chat.send(id, 'And?'), /is being answered/);
    const other = await chat.create();
    const second = chat.ask(other.id, 'Why?');
    await second.pieces(1);
    first.cancel();
    second.cancel();
    assert.deepEqual([(await first.turn).state, (await second.turn).state], ['stopped', 'stopped']);
    assert.equal((await chat.open(id)).turns.length, 1);
  });

  it('answer a turn anew in another way, and drop those behind it', async () => {
    const { chat, id, engine } = await serve({
      answer: (_, { sampling }) => `Answer ${sampling?.seed ?? -1}.`,
    });
    const first = await chat.send(id, 'How?');
    await chat.send(id, 'And?');
    const again = await chat.retry(id, first.id).turn;
    assert.notEqual(again.id, first.id);
    assert.deepEqual([first.answer, again.answer], ['Answer 0.', 'Answer 1.']);
    assert.deepEqual((await chat.open(id)).turns, [again]);
    assert.equal(planText(engine.requests[2]!.plan), planText(engine.requests[0]!.plan));
    assert.equal((await chat.retry(id, again.id).turn).answer, 'Answer 2.');
    await assert.rejects(chat.retry(id, first.id).turn, /no such turn/);
  });

  it('ask another question in a turn’s place, also while that is being answered', async () => {
    let answer = endless;
    const { chat, id } = await serve({ answer: () => answer, tokenMs: 1 });
    const asked = chat.ask(id, 'How?');
    await asked.pieces(1);
    const [first] = (await chat.open(id)).turns;
    assert.equal(first?.state, 'running');
    answer = 'So.';
    const turn = await chat.edit(id, first.id, 'Why?').turn;
    assert.equal((await asked.turn).state, 'stopped');
    assert.deepEqual([turn.question, turn.answer], ['Why?', 'So.']);
    assert.deepEqual((await chat.open(id)).turns, [turn]);
  });

  it('fork at a turn, and leave the first conversation as it is', async () => {
    const { client, chat, id } = await serve();
    const turns = [await chat.send(id, 'How?'), await chat.send(id, 'And?')];
    const fork = await client.request<Conversation>(chatRequests.fork, {
      ...{ conversation: id, turn: turns[0]?.id },
    });
    assert.notEqual(fork.id, id);
    assert.deepEqual(fork.turns, [turns[0]]);
    await chat.send(fork.id, 'Or?');
    assert.deepEqual((await chat.open(id)).turns, turns);
    assert.equal((await chat.list()).length, 2);
  });

  it('are there again after a restart: listed, found, renamed, exported, removed', async () => {
    const before = await serve();
    const turn = await before.chat.send(before.id, 'How do I sort?');
    await dispose();
    const { client, chat } = await serve();
    const [summary] = await chat.list();
    assert.deepEqual(
      [summary?.id, summary?.title, summary?.turns],
      [before.id, 'How do I sort?', 1],
    );
    assert.deepEqual((await chat.open(before.id)).turns, [turn]);
    assert.equal((await chat.list('SORT like')).length, 1);
    assert.deepEqual(await chat.list('zebra'), []);
    const params = { conversation: before.id };
    const renamed = { ...params, title: ' About\nsorting ' };
    const { title } = await client.request<ConversationSummary>(chatRequests.rename, renamed);
    assert.equal(title, 'About sorting');
    const markdown = await client.request<string>(chatRequests.export, params);
    assert.match(markdown, /^# About sorting\n[^]*How do I sort\?[^]*Like this\./);
    await client.request(chatRequests.remove, params);
    assert.deepEqual(await chat.list(), []);
    await assert.rejects(chat.open(before.id), /no such conversation/);
  });

  it('tell what another server has changed in them, and nothing of what the client itself has', async () => {
    const { client, chat, id } = await serve();
    const told: string[] = [];
    client.connection.onNotification(
      didChangeConversationMethod,
      ({ conversation }: ConversationParams) => {
        told.push(conversation);
      },
    );
    const turn = await chat.send(id, 'How?');
    await chat.list();
    const other = serverUnderTest();
    const more = { chatFolder: path.join(folder, 'chat') };
    const engine = new ScriptedEngine({ answer: 'So.', info: chatInfo() });
    const { client: second } = other.start(engine, undefined, undefined, undefined, more);
    await second.initialize({});
    await new ChatClient(second).send(id, 'And?');
    await client.until(() => told.includes(id) || undefined, 'the change');
    assert.deepEqual((await chat.open(id)).turns[0], turn);
    assert.equal((await chat.open(id)).turns.length, 2);
    await other.dispose();
    told.length = 0;
    await chat.send(id, 'Or?');
    const { id: fresh } = await new ChatClient(client).create();
    await chat.send(fresh, 'New?');
    await new Promise((resolve) => setTimeout(resolve, 700));
    assert.deepEqual(told, []);
  });

  it('are kept while they are being answered: a server that ends keeps what there is', async () => {
    const before = await serve({ answer: endless, tokenMs: 1 });
    const asked = before.chat.ask(before.id, 'How?');
    await asked.pieces(5);
    await dispose();
    const { chat } = await serve();
    const [turn] = (await chat.open(before.id)).turns;
    assert.equal(turn?.state, 'stopped');
    assert.match(turn.answer, /^word0 word1 word2 word3 word4/);
  });

  it('say what is wrong where no model can answer, and answer once there is one', async () => {
    const { client, chat, id } = await serve({ info: { chatRemedy: 'Use another.' } });
    const availability = await client.request<ChatAvailability>(chatRequests.availability, null);
    assert.ok(!availability.available && availability.reason === 'no-chat-model');
    const turn = await chat.send(id, 'How?');
    assert.equal(turn.state, 'failed');
    assert.match(turn.error?.message ?? '', /only completes/);
    assert.ok(turn.error?.remedy);
    assert.equal(turn.model, undefined);
    await dispose();
    const later = await serve();
    assert.equal((await later.chat.retry(id, turn.id).turn).answer, 'Like this.');
  });

  it('fail with what the engine says, and keep what it had said before', async () => {
    const { chat, id } = await serve({
      answer: () => {
        throw new EngineError('The device is on fire.', 'Take another.');
      },
    });
    const turn = await chat.send(id, 'How?');
    assert.deepEqual(turn.error, { message: 'The device is on fire.', remedy: 'Take another.' });
    assert.equal(turn.state, 'failed');
  });

  it('refuse a question that no context holds, in words', async () => {
    const { chat, id } = await serve({ info: { ...chatInfo(), contextLength: 256 } });
    const turn = await chat.send(id, endless);
    assert.equal(turn.state, 'failed');
    assert.match(turn.error?.message ?? '', /The question takes 40\d\d tokens/);
  });

  it('leave out the oldest turns where they do not fit, and say how many', async () => {
    const long = Array.from({ length: 60 }, (_, at) => ` part${at}`).join('');
    const { chat, id, engine } = await serve({
      answer: long,
      info: { ...chatInfo(), contextLength: 512 },
    });
    const dropped: number[] = [];
    for (let turn = 0; turn < 10; turn++) {
      const { usage, state } = await chat.send(id, `Question ${turn}?`);
      assert.equal(state, 'complete');
      dropped.push(usage!.droppedTurns);
    }
    assert.equal(dropped[0], 0);
    assert.ok(dropped.at(-1)! > 2, String(dropped));
    assert.deepEqual(
      dropped,
      [...dropped].sort((a, b) => a - b),
    );
    // Several at once: in between, the beginning of the prompt stays.
    assert.ok(new Set(dropped).size < dropped.length - 2, String(dropped));
    const last = planText(engine.requests.at(-1)!.plan);
    assert.ok(last.includes('Question 9?') && !last.includes('Question 0?'));
    assert.equal((await chat.open(id)).turns.length, 10);
  });

  it('take an answer that reaches the end of the context for one that was cut', async () => {
    const { chat, id } = await serve({
      answer: endless,
      info: { ...chatInfo(), contextLength: 256 },
    });
    const { state, usage } = await chat.send(id, 'How?');
    assert.equal(state, 'cut');
    assert.equal(usage!.prompt + usage!.generated, 256);
  });

  it('count nothing among the completions', async () => {
    const { client, chat, id } = await serve();
    const report = () =>
      client.request('workspace/executeCommand', { command: 'lacuna.showStatistics' });
    const before = await report();
    await chat.send(id, 'How?');
    assert.deepEqual(await report(), before);
  });

  it('take no harm from what makes no sense', async () => {
    const { client, chat, id } = await serve();
    const turn = await chat.send(id, 'How?');
    for (const method of Object.values(chatRequests))
      for (const params of [
        ...[undefined, null, 7, [], {}, { conversation: 7 }, { query: 7, limit: -1 }],
        { conversation: '../../etc/passwd', turn: 'x', question: 'x', title: 'x' },
        { conversation: id, turn: 'x', question: '', title: 7, place: { uri: 7 } },
        { conversation: id, question: '  ', mentions: [7], query: '', limit: 1e9 },
        { conversation: id, turn: '__proto__', place: { uri: 'x', selection: { start: {} } } },
      ])
        if (method !== chatRequests.remove)
          await client.request(method, params).catch((error: unknown) => {
            assert.ok(error instanceof Error && error.message !== '', method);
          });
    assert.deepEqual((await chat.open(id)).turns, [turn]);
  });
});
