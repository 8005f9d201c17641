import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CancellationTokenSource } from 'vscode-languageserver/node';
import { editRequests, type EditOutcome } from '../../protocol/index.js';
import { writeChatModel } from '../support/chat-model.js';
import { EditingClient, editingCapabilities } from './editing-client.js';
import { SpawnedServer } from './lsp-client.js';

const uri = 'untitled:area.ts';
const source = 'function area(w: number, h: number) {\n  const x = w * h;\n  return x;\n}\n';

/** A server as it ships, with a real model: its weights are random, so what it writes can never be used. */
describe('edits by a real model through its own template', function () {
  this.timeout(60_000);
  let folder = '';
  let server: SpawnedServer | undefined;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'lacuna-edits-'));
  });
  afterEach(async () => {
    await server?.dispose();
    server = undefined;
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  async function serve(template: 'coderV2' | 'v3' | 'r1') {
    const chatModel = writeChatModel(folder, template);
    server = SpawnedServer.start();
    const { client } = server;
    const initializationOptions = { threads: 1, chatModel, chatContextLength: 2048 };
    await client.initialize({ capabilities: editingCapabilities, initializationOptions });
    const editor = new EditingClient(client);
    await editor.open(uri, 'typescript', source);
    const params = {
      ...{ textDocument: { uri }, range: editor.rangeOf('function area'), kind: 'simplify' },
      partialResultToken: 'edit',
    };
    return { client, editor, params };
  }

  for (const template of ['coderV2', 'v3', 'r1'] as const)
    it(`are refused with the reason where nothing useful comes: ${template}`, async () => {
      const { client, editor, params } = await serve(template);
      const { refusal } = await client.request<EditOutcome>(editRequests.propose, params);
      assert(refusal, 'what random weights write cannot be of use');
      assert.match(refusal.message, /cut off after \d+ tokens|cannot be used/);
      assert.notEqual(refusal.remedy, '');
      assert.equal(editor.text, source);
    });

  it('end when they are cancelled, and the next one is answered', async () => {
    const { client, editor, params } = await serve('coderV2');
    const cancellation = new CancellationTokenSource();
    const asked = client.connection.sendRequest(editRequests.propose, params, cancellation.token);
    await client.status(({ chat }) => chat?.state === 'ready');
    cancellation.cancel();
    await assert.rejects(asked, { code: -32800 });
    assert.equal(editor.text, source);
    assert.equal(editor.applied.length, 0);
    assert((await client.request<EditOutcome>(editRequests.propose, params)).refusal);
  });
});
