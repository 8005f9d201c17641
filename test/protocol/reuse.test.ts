import assert from 'node:assert/strict';
import { ScriptedEngine } from '../support/scripted-engine.js';
import { serverUnderTest } from './in-process.js';

const uri = 'file:///project/a.ts';

describe('language server: completions that are known already', () => {
  const { start, dispose } = serverUnderTest();
  afterEach(dispose);

  /** A server whose document holds `text`, and what it offers at a column of the first line. */
  async function opened(text: string, engine: ScriptedEngine) {
    const { client } = start(engine);
    await client.initialize({ initializationOptions: { debounce: 5000 } });
    await client.open(uri, 'typescript', text);
    let version = 1;
    return {
      client,
      type: (typed: string, character: number) =>
        client.change(uri, ++version, [
          { range: { start: { line: 0, character }, end: { line: 0, character } }, text: typed },
        ]),
      offered: async (character: number, triggerKind: 1 | 2) =>
        (await client.inlineComplete(uri, { line: 0, character }, triggerKind)).items[0],
    };
  }

  it('are offered again without the model, and without waiting for quiet', async () => {
    const engine = new ScriptedEngine({ answer: 'value' });
    const { offered } = await opened('a = ;\r\n', engine);
    const first = await offered(4, 1);
    assert.equal(first?.insertText, 'value');
    assert.deepEqual(await offered(4, 2), first);
    assert.equal(engine.greedy.length, 1);
  });

  it('are put before a character that the cursor stands inside of', async () => {
    const { offered } = await opened('a = 😀', new ScriptedEngine({ answer: 'value' }));
    const start = { line: 0, character: 4 };
    for (let time = 1; time <= 2; time++)
      assert.deepEqual((await offered(5, 1))?.range, { start, end: start });
  });

  it('go on as somebody types what they suggest', async () => {
    const engine = new ScriptedEngine({ answer: 'value.of(x)).y' });
    const { offered, type } = await opened('f()', engine);
    const start = { line: 0, character: 2 };
    const range = { start, end: { ...start, character: 3 } };
    assert.deepEqual(await offered(2, 1), { insertText: 'value.of(x)).y', range });
    for (const [index, typed] of Array.from('value.').entries()) {
      await type(typed, 2 + index);
      const at = { line: 0, character: 3 + index };
      assert.deepEqual(await offered(at.character, 2), {
        insertText: 'value.of(x)).y'.slice(index + 1),
        range: { start: at, end: { ...at, character: at.character + 1 } },
      });
    }
    assert.equal(engine.greedy.length, 1);
  });

  it('go on behind a bracket that the editor has closed by itself', async () => {
    const engine = new ScriptedEngine({ answer: '(first, "x");' });
    const { offered, type } = await opened('f', engine);
    await offered(1, 1);
    await type('()', 1);
    const start = { line: 0, character: 2 };
    const range = { start, end: { ...start, character: 3 } };
    assert.deepEqual(await offered(2, 2), { insertText: 'first, "x");', range });
    assert.equal(engine.greedy.length, 1);
  });

  it('are asked of the model anew where something else is typed', async () => {
    const engine = new ScriptedEngine({ answer: 'value' });
    const { offered, type } = await opened('a = ', engine);
    await offered(4, 1);
    await type('w', 4);
    await offered(5, 1);
    assert.equal(engine.greedy.length, 2);
  });

  it('are forgotten with the document and with the model', async () => {
    const engine = new ScriptedEngine({ answer: 'value' });
    const { client, offered } = await opened('a = ', engine);
    await offered(4, 1);
    await client.request('workspace/executeCommand', { command: 'lacuna.reloadModel' });
    await offered(4, 1);
    assert.equal(engine.greedy.length, 2);
    await client.connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
    await client.open(uri, 'typescript', 'a = ', 9);
    await offered(4, 1);
    assert.equal(engine.greedy.length, 3);
  });

  it('are not looked for in a file of secrets', async () => {
    const engine = new ScriptedEngine({ answer: 'value' });
    const { client } = start(engine);
    await client.initialize();
    await client.open('file:///project/.env.local', 'dotenv', 'A=');
    for (const kind of [1, 2] as const) {
      const at = { line: 0, character: 2 };
      assert.deepEqual(
        (await client.inlineComplete('file:///project/.env.local', at, kind)).items,
        [],
      );
    }
    assert.equal(engine.greedy.length, 0);
  });
});
