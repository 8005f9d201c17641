import assert from 'node:assert/strict';
import { ScriptedEngine } from '../support/scripted-engine.js';
import { ready, serverUnderTest } from './in-process.js';
import { withDeadline } from './lsp-client.js';

const origin = { line: 0, character: 0 };

describe('language server: its end', () => {
  const { start, dispose } = serverUnderTest();
  afterEach(dispose);

  it('frees the model on shutdown and exits with 0', async () => {
    const engine = new ScriptedEngine({ answer: 'x' });
    const { client, exits } = start(engine);
    await client.initialize();
    await client.status(ready);
    await client.shutdown();
    await withDeadline(
      poll(() => exits.length > 0),
      'exit',
    );
    assert.deepEqual(exits, [0]);
    await assert.rejects(
      engine.generate({ segments: [] }, { lane: 'inline', maxTokens: 1 }).summary,
      /closed/,
    );
  });

  it('refuses every request after shutdown, and still exits', async () => {
    const { client, exits } = start(new ScriptedEngine({ answer: 'x' }));
    await client.initialize();
    await client.request('shutdown', undefined);
    const invalidRequest = { code: -32600 };
    await assert.rejects(client.inlineComplete('file:///a.ts', origin), invalidRequest);
    await assert.rejects(client.request('shutdown', undefined), invalidRequest);
    await client.connection.sendNotification('exit');
    await withDeadline(
      poll(() => exits.length > 0),
      'exit',
    );
    assert.deepEqual(exits, [0]);
  });

  it('exits with 1 where exit comes without shutdown', async () => {
    const { client, exits } = start(new ScriptedEngine({ answer: 'x' }));
    await client.initialize();
    await client.connection.sendNotification('exit');
    await withDeadline(
      poll(() => exits.length > 0),
      'exit',
    );
    assert.deepEqual(exits, [1]);
  });
});

async function poll(test: () => boolean): Promise<void> {
  while (!test()) await new Promise((resolve) => setTimeout(resolve, 5));
}
