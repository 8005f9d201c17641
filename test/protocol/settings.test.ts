import assert from 'node:assert/strict';
import { ScriptedEngine } from '../support/scripted-engine.js';
import { ready, serverUnderTest } from './in-process.js';
import { inlineCapabilities } from './lsp-client.js';

const uri = 'file:///project/a.ts';

describe('language server: settings', () => {
  const { start, dispose } = serverUnderTest();
  afterEach(dispose);

  const asking = {
    ...inlineCapabilities,
    workspace: { configuration: true, didChangeConfiguration: { dynamicRegistration: true } },
  };

  it('come from the configuration, over initializationOptions', async () => {
    const { client, loads } = start(new ScriptedEngine({ answer: 'x' }));
    await client.initialize({
      capabilities: asking,
      initializationOptions: { threads: 3, contextLength: 256 },
      configuration: [{ threads: 2 }],
    });
    await client.status(ready);
    assert.deepEqual(loads, [
      {
        model: '',
        threads: 2,
        contextLength: 256,
        chatContextLength: 8192,
        device: 'auto',
        kvCache: 'auto',
      },
    ]);
    assert.ok(client.serverRequests.includes('client/registerCapability'));
  });

  it('take effect when they change, and load the model anew only where they must', async () => {
    const { client, loads } = start(new ScriptedEngine({ answer: 'x' }));
    await client.initialize({
      capabilities: asking,
      configuration: [{}, { maxTokens: 7 }, { model: '/other.gguf' }, { enable: false }],
    });
    await client.status(ready);
    const changed = () =>
      client.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
    await changed();
    await client.until(
      () => client.serverRequests.filter((method) => method === 'workspace/configuration')[1],
      'a second question',
    );
    assert.equal(loads.length, 1);
    await changed();
    await client.until(() => loads[1], 'a second load');
    assert.equal(loads[1]?.model, '/other.gguf');
    await changed();
    const off = await client.status(({ kind }) => kind === 'Inactive');
    assert.match(off.remedy ?? '', /lacuna\.enable/);
    await client.open(uri, 'typescript', 'a = ');
    assert.deepEqual((await client.inlineComplete(uri, { line: 0, character: 4 })).items, []);
  });

  it('may be pushed by a client that cannot be asked', async () => {
    const { client, loads } = start(new ScriptedEngine({ answer: 'x' }));
    await client.initialize();
    await client.status(ready);
    await client.connection.sendNotification('workspace/didChangeConfiguration', {
      settings: { lacuna: { contextLength: 128 }, other: { contextLength: 64 } },
    });
    await client.until(() => loads[1], 'a second load');
    assert.equal(loads[1]?.contextLength, 128);
  });

  it('that are garbage are named in the log and do no harm', async () => {
    const { client, loads } = start(new ScriptedEngine({ answer: 'x' }));
    await client.initialize({
      capabilities: asking,
      initializationOptions: 'what?',
      configuration: [
        { threads: 'many', maxTokens: -1, model: 7, disabledLanguages: 'all', maxLines: 1.5 },
      ],
    });
    await client.status(ready);
    assert.deepEqual(loads, [
      {
        model: '',
        threads: 0,
        contextLength: 2048,
        chatContextLength: 8192,
        device: 'auto',
        kvCache: 'auto',
      },
    ]);
    const warnings = client.logs.filter(({ type }) => type === 2).map(({ message }) => message);
    assert.equal(warnings.length, 6, warnings.join('\n'));
    assert.ok(
      warnings.includes('lacuna.threads must be a whole number from 0 to 256, not "many".'),
    );
  });

  it('switch languages off', async () => {
    const engine = new ScriptedEngine({ answer: 'x' });
    const { client } = start(engine);
    await client.initialize({ initializationOptions: { disabledLanguages: ['markdown'] } });
    await client.open('file:///a.md', 'markdown', 'a = ');
    const result = await client.inlineComplete('file:///a.md', { line: 0, character: 4 });
    assert.deepEqual(result.items, []);
    assert.equal(engine.requests.length, 0);
  });
});
