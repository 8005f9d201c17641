/** Users of other tools: "the same model is loaded twice", "swapped for every request". */
import assert from 'node:assert/strict';
import { serverUnderTest } from '../protocol/in-process.js';
import { ScriptedEngine } from '../support/scripted-engine.js';
import { opened } from './accept.js';

describe('a model', () => {
  const { start, dispose } = serverUnderTest();
  afterEach(dispose);

  it('is loaded once for all documents, candidates and commands', async () => {
    const server = start(
      new ScriptedEngine({ answer: (_, { sampling }) => `x${sampling?.seed ?? 0}` }),
    );
    const { client } = server;
    const { uri, position } = await opened(server, 'a = █');
    const other = 'file:///project/other.py';
    await client.open(other, 'python', 'b = ');
    for (const each of [uri, other, uri])
      for (const kind of [1, 2] as const) await client.inlineComplete(each, position, kind);
    await client.request('workspace/executeCommand', { command: 'lacuna.lastPrompt' });
    await client.request('workspace/executeCommand', { command: 'lacuna.showStatistics' });
    assert.equal(server.loads.length, 1);
  });
});
