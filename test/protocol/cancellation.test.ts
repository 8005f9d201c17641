import assert from 'node:assert/strict';
import { CancellationTokenSource, LSPErrorCodes } from 'vscode-languageserver/node';
import { ScriptedEngine } from '../support/scripted-engine.js';
import { ready, serverUnderTest } from './in-process.js';
import { eventually, withDeadline } from './lsp-client.js';

const uri = 'file:///project/a.ts';

describe('language server: cancellation', () => {
  const { start, dispose } = serverUnderTest();
  afterEach(dispose);

  const endless = 'a b c d e f g h i j k l m n o p q r s t u v w x y z';

  it('stops the engine when the client cancels', async () => {
    const engine = new ScriptedEngine({ answer: endless, tokenMs: 600_000 });
    const { client } = start(engine);
    await client.initialize();
    await client.open(uri, 'typescript', 'a = ');
    const source = new CancellationTokenSource();
    const params = {
      textDocument: { uri },
      position: { line: 0, character: 4 },
      context: { triggerKind: 1 },
    };
    const running = client.connection.sendRequest(
      'textDocument/inlineCompletion',
      params,
      source.token,
    );
    running.catch(() => undefined);
    await eventually(() => engine.inline[0], 'the engine to start');
    source.cancel();
    await assert.rejects(withDeadline(running, 'the cancelled request'), {
      code: LSPErrorCodes.RequestCancelled,
    });
    assert.equal((await engine.inline[0]!.generation.summary).reason, 'aborted');
    const idle = await client.until(
      () => client.statuses.at(-1)?.busy === false || undefined,
      'idle',
    );
    assert.ok(idle);
  });

  it('stops the older request of a document when a newer one comes', async () => {
    const engine: ScriptedEngine = new ScriptedEngine({
      answer: () => (engine.inline.length === 1 ? endless : 'newer'),
      tokenMs: 600_000,
    });
    const { client } = start(engine);
    await client.initialize();
    await client.open(uri, 'typescript', 'a = ');
    const older = client.inlineComplete(uri, { line: 0, character: 4 });
    await eventually(() => engine.inline[0], 'the engine to start');
    const newer = client.inlineComplete(uri, { line: 0, character: 3 });
    assert.deepEqual((await older).items, []);
    assert.equal((await newer).items[0]?.insertText, 'newer');
    assert.equal((await engine.inline[0]!.generation.summary).reason, 'aborted');
  });

  it('stops a request whose document changes under it', async () => {
    const engine = new ScriptedEngine({ answer: endless, tokenMs: 600_000 });
    const { client } = start(engine);
    await client.initialize();
    await client.open(uri, 'typescript', 'a = ');
    const running = client.inlineComplete(uri, { line: 0, character: 4 });
    await eventually(() => engine.inline[0], 'the engine to start');
    await client.change(uri, 2, [{ text: 'b = ' }]);
    assert.deepEqual((await running).items, []);
  });

  it('does not start the engine for a request overtaken while it waits to be quiet', async () => {
    const engine = new ScriptedEngine({ answer: 'x' });
    const { client } = start(engine);
    await client.initialize({ initializationOptions: { debounce: 5000 } });
    await client.status(ready);
    await client.open(uri, 'typescript', 'a = ');
    const older = client.inlineComplete(uri, { line: 0, character: 4 }, 2);
    const newer = client.inlineComplete(uri, { line: 0, character: 4 }, 1);
    assert.deepEqual((await older).items, []);
    assert.equal((await newer).items.length, 1);
    assert.equal(engine.greedy.length, 1);
  });
});
