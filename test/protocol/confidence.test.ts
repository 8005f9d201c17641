import assert from 'node:assert/strict';
import type { LacunaStatus, StatisticsReport } from '../../protocol/index.js';
import { ScriptedEngine } from '../support/scripted-engine.js';
import { serverUnderTest } from './in-process.js';

const uri = 'file:///project/a.ts';
const at = { line: 0, character: 4 };

describe('language server: confidence', () => {
  const { start, dispose } = serverUnderTest();
  afterEach(dispose);

  /** A server whose model gives every token this log-probability. */
  async function sure(logProbability: number, settings: object = {}) {
    const engine = new ScriptedEngine({ answer: 'beta + gamma', logProbability });
    const { client } = start(engine);
    await client.initialize({ initializationOptions: { debounce: 0, ...settings } });
    await client.open(uri, 'typescript', 'a = ;\n');
    const texts = async (triggerKind: 1 | 2, position = at) => {
      const { items } = await client.inlineComplete(uri, position, triggerKind);
      return items.map(({ insertText }) => insertText);
    };
    const withheld = (is: boolean): Promise<LacunaStatus> =>
      client.status(({ busy, withheld }) => !busy && (withheld !== undefined) === is);
    return { client, engine, texts, withheld };
  }

  it('shows what the model is sure of', async () => {
    const { texts } = await sure(-0.1);
    assert.deepEqual(await texts(2), ['beta + gamma']);
  });

  it('shows somebody who types the beginning that it is sure of, and who asks all of it', async () => {
    const { texts, engine } = await sure(-3);
    assert.deepEqual(await texts(2), ['beta']);
    assert.deepEqual((await texts(1))[0], 'beta + gamma');
    assert.equal(engine.greedy.length, 1);
  });

  it('shows nothing that it is not sure of, says why, and shows it to who asks', async () => {
    const { client, texts, withheld, engine } = await sure(-9);
    assert.deepEqual(await texts(2), []);
    const status = await withheld(true);
    assert.equal(status.kind, 'Normal');
    assert.match(status.withheld?.message ?? '', /not sure/);
    assert.match(status.withheld?.remedy ?? '', /lacuna\.confidence/);
    assert.equal(status.withheld?.document, uri);
    assert.deepEqual(await texts(2), []);
    assert.equal((await texts(1))[0], 'beta + gamma');
    assert.equal(engine.greedy.length, 1);
    assert.equal(client.statuses.at(-1)?.withheld, undefined);
    const { withheld: count, shown } = await client.request<StatisticsReport>(
      'workspace/executeCommand',
      { command: 'lacuna.showStatistics' },
    );
    assert.deepEqual([count, shown], [1, 1]);
  });

  it('shows the rest of what was held back as soon as that is sure', async () => {
    const { client, texts, engine } = await sure(-3);
    assert.deepEqual(await texts(2), ['beta']);
    await client.change(uri, 2, [{ range: { start: at, end: at }, text: 'beta + ' }]);
    assert.deepEqual(await texts(2, { line: 0, character: 11 }), ['gamma']);
    assert.equal(engine.greedy.length, 1);
  });

  it('shows everything where it is switched off', async () => {
    const { texts } = await sure(-9, { confidence: 'off' });
    assert.deepEqual(await texts(2), ['beta + gamma']);
  });

  it('holds nothing back from completion lists, where one item more disturbs nobody', async () => {
    const engine = new ScriptedEngine({ answer: 'beta + gamma', logProbability: -9 });
    const { client } = start(engine);
    await client.initialize({ capabilities: {}, initializationOptions: { debounce: 0 } });
    await client.open(uri, 'typescript', 'a = ;\n');
    const { items } = await client.complete(uri, at);
    assert.deepEqual(
      items.map(({ insertText }) => insertText),
      ['beta + gamma'],
    );
  });
});
