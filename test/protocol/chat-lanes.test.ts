import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chatRequests } from '../../protocol/index.js';
import { writeChatModel } from '../support/chat-model.js';
import { ChatClient, type AskedTurn } from './chat-client.js';
import { SpawnedServer } from './lsp-client.js';

const uri = 'file:///project/a.ts';
const code = 'export function add(a: number, b: number): number {\n  return \n}\n';

/** A server as it ships, with the embedded model for completions and a real one for chat. */
describe('language server: conversations on a real model', function () {
  this.timeout(120_000);
  let folder = '';
  let server: SpawnedServer | undefined;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'lacuna-chat-'));
  });
  afterEach(async () => {
    await server?.dispose();
    rmSync(folder, { recursive: true });
  });

  async function serve() {
    server = SpawnedServer.start(undefined, { XDG_STATE_HOME: folder });
    const { client } = server;
    const settings = { threads: 1, debounce: 0, workAhead: false };
    const chatModel = writeChatModel(folder);
    await client.initialize({
      initializationOptions: { ...settings, chatModel, chatContextLength: 4096 },
    });
    await client.status(({ kind, busy }) => kind === 'Normal' && !busy);
    await client.open(uri, 'typescript', code);
    return { client, chat: new ChatClient(client) };
  }

  const count = (asked: AskedTurn) =>
    asked.progress().filter(({ kind }) => kind === 'answer').length;

  it('let completions in between, and go on behind them with the same answer as without', async () => {
    const { client, chat } = await serve();
    const stop = (conversation: string) => client.request(chatRequests.stop, { conversation });
    const quiet = await chat.create();
    const undisturbed = chat.ask(quiet.id, 'What is a gap?');
    await undisturbed.pieces(200);
    await stop(quiet.id);
    const { answer: wanted } = await undisturbed.turn;

    const { id } = await chat.create();
    const asked = chat.ask(id, 'What is a gap?');
    for (const [pieces, character] of [
      [10, 9],
      [40, 4],
    ] as const) {
      await asked.pieces(pieces);
      const { items } = await client.inlineComplete(uri, { line: 1, character });
      assert.ok(Array.isArray(items));
      // It was not over when the completion came: what follows was written behind it.
      await asked.pieces(count(asked) + 1);
    }
    await asked.pieces(150);
    await stop(id);
    const { answer, state } = await asked.turn;
    assert.equal(state, 'stopped');
    const shorter = Math.min(answer.length, wanted.length);
    assert.ok(shorter > 150);
    assert.equal(answer.slice(0, shorter), wanted.slice(0, shorter));
  });

  it('read of a follow-up only what is new', async () => {
    const { client, chat } = await serve();
    const { id } = await chat.create();
    const turns = [];
    for (const question of ['What is a gap?', 'And a lacuna?', 'Which one is longer?']) {
      const asked = chat.ask(id, question);
      // One of random weights may end at any place.
      await Promise.race([asked.pieces(30), asked.turn]);
      await client.request(chatRequests.stop, { conversation: id });
      turns.push(await asked.turn);
    }
    const [first, second, third] = turns.map(({ usage }) => usage!);
    // Random weights write bytes that are no text: of an answer as few tokens are found again as were text.
    assert.ok(first && second!.resident >= first.prompt - 1, JSON.stringify(turns[1]?.usage));
    assert.ok(third!.resident >= second!.prompt - 1, JSON.stringify(turns[2]?.usage));
  });

  it('are on the disk for this user alone, under the state folder', async () => {
    const { client, chat } = await serve();
    const { id } = await chat.create();
    const asked = chat.ask(id, 'What is a gap?');
    await Promise.race([asked.pieces(3), asked.turn]);
    await client.request(chatRequests.stop, { conversation: id });
    const turn = await asked.turn;
    await client.shutdown();
    await server?.ended;
    const again = await serve();
    assert.deepEqual((await again.chat.open(id)).turns, [turn]);
  });
});
