/** Bugs of other tools: chunks at random places, prompts that cannot be had twice, caches keyed by too little or too much. */
import assert from 'node:assert/strict';
import { InProcessServer, serverUnderTest } from '../protocol/in-process.js';
import { planText, ScriptedEngine } from '../support/scripted-engine.js';
import { opened } from './accept.js';

const long = '  const value = compute(1, 2);\n'.repeat(60);

describe('what a model is asked', () => {
  const { start, dispose } = serverUnderTest();
  afterEach(dispose);

  it('is the same in another session of the same keystrokes, to the letter', async () => {
    const session = async () => {
      const engine = new ScriptedEngine({ answer: 'no', info: { contextLength: 512 } });
      const server = new InProcessServer(engine);
      try {
        const { uri, position } = await opened(server, `${long}  const total = █\n${long}`);
        const at = { ...position };
        for (const [index, typed] of Array.from('first.second(third)').entries()) {
          await server.client.change(uri, index + 2, [
            { range: { start: at, end: at }, text: typed },
          ]);
          at.character++;
          await server.client.inlineComplete(uri, at);
        }
        return engine.requests.map(({ plan, options }) => [planText(plan), options.sampling]);
      } finally {
        await server.dispose();
      }
    };
    const asked = await session();
    assert.ok(asked.length >= 19);
    assert.deepEqual(await session(), asked);
  });

  it('is asked again for the same text in another file, and behind another suffix', async () => {
    const engine = new ScriptedEngine({ answer: 'x' });
    const { client } = start(engine);
    await client.initialize();
    const position = { line: 0, character: 4 };
    const [one, other] = ['file:///project/a.ts', 'file:///project/b.ts'] as const;
    const asked = async (uri: string) => {
      await client.inlineComplete(uri, position, 2);
      return engine.greedy.length;
    };
    await client.open(one, 'typescript', 'a = ');
    await client.open(other, 'typescript', 'a = ');
    assert.deepEqual([await asked(one), await asked(other)], [1, 2]);
    await client.change(one, 2, [{ text: 'a = \nb' }]);
    assert.equal(await asked(one), 3);
    await client.change(one, 3, [{ text: 'a = \nc' }]);
    assert.equal(await asked(one), 4);
  });

  it('is known although another document has changed meanwhile', async () => {
    const engine = new ScriptedEngine({ answer: 'x' });
    const { client } = start(engine);
    await client.initialize();
    const position = { line: 0, character: 4 };
    const [one, other] = ['file:///project/a.ts', 'file:///project/b.ts'] as const;
    await client.open(one, 'typescript', 'a = ');
    await client.open(other, 'typescript', 'b = ');
    const first = await client.inlineComplete(one, position, 2);
    await client.change(other, 2, [{ text: 'b = 2;' }]);
    assert.deepEqual(await client.inlineComplete(one, position, 2), first);
    assert.equal(engine.greedy.length, 1);
  });
});
