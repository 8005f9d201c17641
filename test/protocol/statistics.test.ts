import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { StatisticsReport } from '../../protocol/index.js';
import { readStatistics } from '../../server/statistics/statistics-file.js';
import { ScriptedEngine } from '../support/scripted-engine.js';
import { serverUnderTest } from './in-process.js';

const uri = 'file:///project/a.ts';
const at = { line: 0, character: 4 };
const show = { command: 'lacuna.showStatistics' };

describe('language server: statistics', () => {
  const { start, dispose } = serverUnderTest();
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lacuna-statistics-'));
  });
  afterEach(async () => {
    await dispose();
    await rm(folder, { recursive: true });
  });

  async function opened(file?: string) {
    const server = start(new ScriptedEngine({ answer: 'b12 + c' }), undefined, file);
    const { client } = server;
    await client.initialize({ initializationOptions: { debounce: 0 } });
    await client.open(uri, 'typescript', 'a = ;\n');
    const report = () => client.request<StatisticsReport>('workspace/executeCommand', show);
    return { client, report };
  }

  it('tell what was answered, shown and accepted, and are kept in a file', async () => {
    const file = path.join(folder, 'statistics.json');
    const { client, report } = await opened(file);
    await client.inlineComplete(uri, at, 2);
    await client.inlineComplete(uri, at, 2);
    await client.change(uri, 2, [{ range: { start: at, end: at }, text: 'b12 + c' }]);
    const { shown, accepted, acceptedCharacters, latency, markdown } = await report();
    assert.deepEqual([shown, accepted, acceptedCharacters], [1, 1, 7]);
    assert.deepEqual([latency.miss.count, latency.hit.count], [1, 1]);
    assert.match(markdown, /accepted \| 1 \|/);
    await dispose();
    assert.equal((await readStatistics(file)).acceptedCharacters, 7);
  });

  it('understand what editors say, and take no harm from what makes no sense', async () => {
    const { client, report } = await opened();
    const { items } = await client.inlineComplete(uri, at, 2);
    const [item] = items;
    const say = (method: string, params?: unknown) =>
      client.connection.sendNotification(`textDocument/${method}`, params);
    await say('didShowCompletion', { item });
    await say('didPartiallyAcceptCompletion', { item, acceptedLength: 3 });
    await say('didFocus', { textDocument: { uri } });
    for (const method of ['didShowCompletion', 'didPartiallyAcceptCompletion', 'didFocus'])
      for (const params of [undefined, {}, { item: null, textDocument: null }, { item: 7 }])
        await say(method, params);
    await say('didPartiallyAcceptCompletion', { item, acceptedLength: 'all' });
    const { shown, partiallyAccepted, acceptedCharacters } = await report();
    assert.deepEqual([shown, partiallyAccepted, acceptedCharacters], [1, 1, 3]);
  });

  it('go with answers to the version of the document that the client means, and no other', async () => {
    const { client } = await opened();
    const ask = (version: number) =>
      client.request<{ items: unknown[] }>('textDocument/inlineCompletion', {
        textDocument: { uri, version },
        position: at,
        context: { triggerKind: 2 },
      });
    assert.equal((await ask(0)).items.length, 0);
    assert.equal((await ask(1)).items.length, 1);
  });
});
