import assert from 'node:assert/strict';
import { EngineError } from '../../server/engine/contract.js';
import { defaultDeadlines } from '../../server/lsp/deadlines.js';
import { ScriptedEngine } from '../support/scripted-engine.js';
import { ready, serverUnderTest } from './in-process.js';
import { inlineCapabilities } from './lsp-client.js';

const uri = 'file:///project/a.ts';

describe('language server: the model', () => {
  const { start, dispose } = serverUnderTest();
  afterEach(dispose);

  it('is loaded once, in the background, and reported', async () => {
    const { client, loads } = start(new ScriptedEngine({ answer: 'x' }));
    await client.initialize({
      capabilities: { ...inlineCapabilities, window: { workDoneProgress: true } },
    });
    const status = await client.status(ready);
    assert.deepEqual(status, {
      busy: false,
      kind: 'Normal',
      message: 'scripted is ready.',
      model: 'scripted',
      device: 'none (scripted)',
    });
    assert.equal(client.statuses[0]?.busy, true);
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
    await client.until(
      () => client.progress.at(-1) === 'end' || undefined,
      'the end of the progress',
    );
    assert.equal(client.progress[0], 'begin');
  });

  it('shows no progress to a client that cannot', async () => {
    const { client } = start(new ScriptedEngine({ answer: 'x' }));
    await client.initialize();
    await client.status(ready);
    assert.deepEqual(client.progress, []);
    assert.ok(!client.serverRequests.includes('window/workDoneProgress/create'));
  });

  it('is waited for by a request that comes early', async () => {
    let finish: (engine: ScriptedEngine) => void = () => undefined;
    const { client } = start(() => new Promise((resolve) => (finish = resolve)));
    await client.initialize();
    await client.open(uri, 'typescript', 'a = ');
    const early = client.inlineComplete(uri, { line: 0, character: 4 });
    await client.status(({ message }) => message === 'The model is loading.');
    finish(new ScriptedEngine({ answer: 'x' }));
    assert.equal((await early).items.length, 1);
  });

  it('is waited for by a request that comes before the settings are known', async () => {
    const { client } = start(new ScriptedEngine({ answer: 'x' }));
    const capabilities = { ...inlineCapabilities, workspace: { configuration: true } };
    await client.initialize({ capabilities, configuration: [{}] });
    await client.open(uri, 'typescript', 'a = ');
    assert.equal((await client.inlineComplete(uri, { line: 0, character: 4 })).items.length, 1);
  });

  it('is not waited for beyond the deadline', async () => {
    const deadlines = { ...defaultDeadlines, readyMs: 20, completionMs: 1000, closeMs: 20 };
    const { client } = start(() => new Promise(() => undefined), deadlines);
    await client.initialize();
    await client.open(uri, 'typescript', 'a = ');
    assert.deepEqual((await client.inlineComplete(uri, { line: 0, character: 4 })).items, []);
    assert.equal(client.statuses.at(-1)?.message, 'The model is loading.');
  });

  it('that cannot be loaded is reported once, without pop-ups, and leaves requests empty', async () => {
    const { client } = start(() =>
      Promise.reject(new EngineError('/x.gguf is a directory', 'Name a file.')),
    );
    await client.initialize();
    const failed = await client.status(({ kind }) => kind === 'Error');
    assert.match(failed.message, /x\.gguf is a directory/);
    assert.equal(failed.remedy, 'Name a file.');
    await client.open(uri, 'typescript', 'a = ');
    for (let i = 0; i < 3; i++) {
      assert.deepEqual((await client.inlineComplete(uri, { line: 0, character: 4 })).items, []);
    }
    assert.equal(client.statuses.filter(({ kind }) => kind === 'Error').length, 1);
    assert.equal(client.logs.filter(({ type }) => type === 1).length, 1);
    assert.ok(!client.serverRequests.includes('window/showMessageRequest'));
  });

  it('is loaded again by command, after its fault was mended', async () => {
    let broken = true;
    const { client, loads } = start(() =>
      broken
        ? Promise.reject(new Error('broken'))
        : Promise.resolve(new ScriptedEngine({ answer: 'x' })),
    );
    await client.initialize();
    await client.status(({ kind }) => kind === 'Error');
    broken = false;
    await client.request('workspace/executeCommand', { command: 'lacuna.reloadModel' });
    await client.status(ready);
    assert.equal(loads.length, 2);
  });

  it('that cannot fill holes is said to be so, with the model to use', async () => {
    const info = { fim: 'none', fimRemedy: 'Use Lite-Base.' } as const;
    const { client } = start(new ScriptedEngine({ answer: 'x', info }));
    await client.initialize();
    const status = await client.status(({ kind }) => kind === 'Error');
    assert.equal(status.remedy, 'Use Lite-Base.');
    await client.open(uri, 'typescript', 'a = ');
    assert.deepEqual((await client.inlineComplete(uri, { line: 0, character: 4 })).items, []);
  });

  it('that fails on one completion is a warning until one works', async () => {
    let asked = 0;
    const { client } = start(
      new ScriptedEngine({
        answer: () => {
          if (asked++ > 0) return 'x';
          throw new EngineError('the device is gone', 'Wait.');
        },
      }),
    );
    await client.initialize();
    await client.open(uri, 'typescript', 'a = ');
    assert.deepEqual((await client.inlineComplete(uri, { line: 0, character: 4 })).items, []);
    const warning = await client.status(({ kind }) => kind === 'Warning');
    assert.equal(warning.remedy, 'Wait.');
    assert.equal((await client.inlineComplete(uri, { line: 0, character: 4 })).items.length, 1);
    await client.until(() => client.statuses.at(-1)?.kind === 'Normal' || undefined, 'Normal');
  });

  it('that is too slow is given up, and said to be', async () => {
    const engine = new ScriptedEngine({ answer: 'a b c', tokenMs: 600_000 });
    const { client } = start(engine, { ...defaultDeadlines, completionMs: 30 });
    await client.initialize();
    await client.open(uri, 'typescript', 'a = ');
    assert.deepEqual((await client.inlineComplete(uri, { line: 0, character: 4 })).items, []);
    const warning = await client.status(({ kind }) => kind === 'Warning');
    assert.match(warning.message, /more than 0.03 s/);
  });

  it('that is slow is said to be busy, and where, until the completion has come', async () => {
    const engine = new ScriptedEngine({ answer: 'a', prefillMs: 100 });
    const { client } = start(engine, { ...defaultDeadlines, busyMs: 10 });
    await client.initialize();
    await client.open(uri, 'typescript', 'a = ');
    const answer = client.inlineComplete(uri, { line: 0, character: 4 });
    const { engineBusy, kind } = await client.status((status) => status.engineBusy !== undefined);
    assert.equal(kind, 'Normal');
    assert.equal(engineBusy?.document, uri);
    assert.match(engineBusy.message, /busy/);
    assert.equal((await answer).items.length, 1);
    await client.until(
      () => client.statuses.at(-1)?.engineBusy === undefined || undefined,
      'a status that says nothing of it',
    );
  });

  it('is loaded anew without waiting for a completion of the old one', async () => {
    // A model that ends nothing by itself when it is closed.
    const slow = new ScriptedEngine({ answer: 'a b c', tokenMs: 600_000 });
    slow.close = () => Promise.resolve();
    const engines = [slow, new ScriptedEngine({ answer: 'x' })];
    const { client, loads } = start(() => Promise.resolve(engines.shift()!));
    await client.initialize();
    await client.open(uri, 'typescript', 'a = ');
    const running = client.inlineComplete(uri, { line: 0, character: 4 });
    await client.status(({ busy, message }) => busy && message === 'scripted is ready.');
    await client.request('workspace/executeCommand', { command: 'lacuna.reloadModel' });
    assert.deepEqual((await running).items, []);
    assert.equal(loads.length, 2);
    assert.equal((await client.inlineComplete(uri, { line: 0, character: 4 })).items.length, 1);
    assert.ok(client.statuses.every(({ kind }) => kind === 'Normal'));
  });
});
