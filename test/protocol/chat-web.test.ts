import assert from 'node:assert/strict';
import { readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node';
import {
  chatRequests,
  editRequests,
  type AcceptResult,
  type ChatAvailability,
  type ChatProgress,
  type Conversation,
  type EditOutcome,
  type PageMethod,
  type Turn,
} from '../../protocol/index.js';
import { grammarFolders } from '../../server/context/syntax/grammar-store.js';
import { LacunaServer } from '../../server/lsp/server.js';
import { ClientWatch, createServerConnection } from '../../server/lsp/transport.js';
import { LspBackend } from '../../server/web/lsp-backend.js';
import { chatInfo } from '../support/chat-model.js';
import { inFolder, repository } from '../support/run-cli.js';
import { ScriptedEngine } from '../support/scripted-engine.js';
import { withDeadline } from './lsp-client.js';

const source = 'export function one() {\r\n\treturn 1;\r\n}\r\n\r\nexport const two = 2;\r\n';
const answer = 'So:\n\n```ts\nexport function one() {\n  return 11;\n}\n```\n';

describe('a language server behind the chat page', () => {
  const serve = (
    work: (
      ask: (
        method: PageMethod,
        params: object,
        onProgress?: (value: unknown) => void,
      ) => Promise<unknown>,
      folder: string,
    ) => Promise<void>,
  ) =>
    inFolder({ 'one.ts': source }, async (given) => {
      const folder = realpathSync(given);
      const [toServer, toClient] = [new PassThrough(), new PassThrough()];
      const server = new LacunaServer(
        createServerConnection(
          new StreamMessageReader(toServer),
          new StreamMessageWriter(toClient),
          new ClientWatch(() => undefined),
        ),
        {
          version: '0.0.0-test',
          grammars: grammarFolders(repository),
          chatFolder: path.join(folder, '.chat'),
          listModels: () => Promise.reject(new Error('no models')),
          describeModel: () => {
            throw new Error('no models');
          },
          loadEngine: () =>
            Promise.resolve(new ScriptedEngine({ answer: () => answer, info: chatInfo() })),
        },
      );
      const backend = new LspBackend(
        new StreamMessageReader(toClient),
        new StreamMessageWriter(toServer),
        folder,
      );
      const { signal } = new AbortController();
      try {
        server.listen();
        await backend.start({});
        await work(async (method, params, onProgress = () => undefined) => {
          return withDeadline(backend.request(method, params, onProgress, signal), method);
        }, folder);
      } finally {
        await server.close();
        backend.dispose();
      }
    });

  const available = async (ask: (method: PageMethod, params: object) => Promise<unknown>) => {
    for (;;) {
      const now = (await ask(chatRequests.availability, {})) as ChatAvailability;
      if (now.available || now.reason !== 'loading') return now;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  it('streams an answer, and writes what is accepted of its block into the file', () =>
    serve(async (ask, folder) => {
      assert.equal((await available(ask)).available, true);
      const { id: conversation } = (await ask(chatRequests.create, {})) as Conversation;
      const seen: ChatProgress[] = [];
      const turn = (await ask(
        chatRequests.send,
        { conversation, question: 'What of @file:one.ts ?' },
        (value) => seen.push(value as ChatProgress),
      )) as Turn;
      assert.equal(turn.state, 'complete');
      assert.equal(seen[0]?.kind, 'turn');
      const said = seen.flatMap((each) => (each.kind === 'answer' ? [each.text] : []));
      assert.equal(said.join(''), turn.answer);

      const { proposal } = (await ask(chatRequests.apply, {
        ...{ conversation, turn: turn.id, block: 0 },
      })) as EditOutcome;
      assert.ok(proposal);
      const { id } = proposal;
      const result = (await ask(editRequests.accept, { id, hunks: [0] })) as AcceptResult;
      assert.deepEqual(result, { applied: true });
      assert.equal(
        readFileSync(path.join(folder, 'one.ts'), 'utf8'),
        source.replace('return 1', 'return 11'),
      );
    }));

  it('says what the server says where something is wrong', () =>
    serve(async (ask) => {
      await assert.rejects(ask(chatRequests.open, { conversation: 'none' }), /conversation/i);
    }));
});
