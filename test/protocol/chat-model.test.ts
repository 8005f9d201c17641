import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chatRequests, serverCommands, type ChatAvailability } from '../../protocol/index.js';
import { writeChatModel } from '../support/chat-model.js';
import { ChatClient } from './chat-client.js';
import { SpawnedServer } from './lsp-client.js';

/** A server as it ships, with a real model beside the embedded one. */
describe('language server: a model for chat', function () {
  this.timeout(60_000);
  let folder = '';
  let server: SpawnedServer | undefined;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'lacuna-chat-'));
  });
  afterEach(async () => {
    await server?.dispose();
    server = undefined;
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  async function serve(settings: object) {
    server = SpawnedServer.start();
    const { client } = server;
    await client.initialize({ initializationOptions: { threads: 1, ...settings } });
    await client.status(({ kind, busy }) => kind === 'Normal' && !busy);
    return { client, chat: new ChatClient(client) };
  }

  for (const template of ['coderV2', 'v3', 'r1'] as const)
    it(`is loaded when it is asked first, and answers by the template of ${template}`, async () => {
      const chatModel = writeChatModel(folder, template);
      const { client, chat } = await serve({ chatModel, chatContextLength: 1024 });
      const before = await client.request<ChatAvailability>(chatRequests.availability, undefined);
      assert.deepEqual(before, {
        available: true,
        model: 'tiny-instruct-q8_0',
        contextLength: 1024,
      });
      assert.equal(client.statuses.at(-1)?.chat, undefined);
      const { id } = await chat.create();
      const asked = chat.ask(id, 'What is a gap?');
      await client.status(({ chat }) => chat?.state === 'ready');
      if (template !== 'r1') await asked.pieces(1);
      await client.request(chatRequests.stop, { conversation: id });
      const turn = await asked.turn;
      assert.ok(['complete', 'stopped', 'cut'].includes(turn.state), turn.state);
      assert.equal(turn.model, 'Tiny Instruct');
      assert.equal(turn.usage?.context, 1024);
      // Random weights never close their thoughts.
      if (template === 'r1') assert.equal(turn.answer, '');
      const states = client.statuses.map(({ chat }) => chat?.state);
      assert.ok(states.includes('loading'));
    });

  it('is freed when the model is loaded anew, and loaded again when it is asked for', async () => {
    const chatModel = writeChatModel(folder);
    const { client, chat } = await serve({ chatModel, chatContextLength: 1024 });
    const { id } = await chat.create();
    const first = chat.ask(id, 'Why?');
    await first.pieces(1);
    await client.request(chatRequests.stop, { conversation: id });
    await first.turn;
    await client.request('workspace/executeCommand', { command: serverCommands.reloadModel });
    await client.status(({ chat, busy }) => chat === undefined && !busy);
    const second = chat.ask(id, 'And why not?');
    await second.pieces(1);
    await client.request(chatRequests.stop, { conversation: id });
    assert.equal((await second.turn).model, 'Tiny Instruct');
  });

  it('is missing where there is only the embedded one: that is said, and what to choose', async () => {
    const { client } = await serve({});
    const answer = await client.request<ChatAvailability>(chatRequests.availability, undefined);
    assert.ok(!answer.available);
    assert.equal(answer.reason, 'no-chat-model');
    assert.match(answer.message, /only completes/);
    assert.match(answer.remedy, /Choose Model for Chat.*lacuna\.chatModel/);
  });

  it('is said to be damaged where its file is', async () => {
    const { client } = await serve({ chatModel: path.join(folder, 'none.gguf') });
    const answer = await client.request<ChatAvailability>(chatRequests.availability, undefined);
    assert.ok(!answer.available);
    assert.equal(answer.reason, 'failed');
    assert.match(answer.message, /none\.gguf/);
  });
});
