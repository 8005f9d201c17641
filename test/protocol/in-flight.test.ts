import assert from 'node:assert/strict';
import { ScriptedEngine, type ScriptedEngineOptions } from '../support/scripted-engine.js';
import { serverUnderTest } from './in-process.js';
import { eventually } from './lsp-client.js';

// No tree of it cuts the answers, which are made up.
const uri = 'file:///project/a.txt';
const slow = { answer: 'first + second + third', tokenMs: 60 };

describe('language server: typing while an answer is generated', () => {
  const { start, dispose } = serverUnderTest();
  afterEach(dispose);

  async function opened(text: string, script: ScriptedEngineOptions) {
    const engine = new ScriptedEngine(script);
    const { client } = start(engine);
    await client.initialize({ initializationOptions: { debounce: 0, workAhead: false } });
    await client.open(uri, 'plaintext', text);
    let version = 1;
    const type = (typed: string, character: number) =>
      client.change(uri, ++version, [
        { range: { start: { line: 0, character }, end: { line: 0, character } }, text: typed },
      ]);
    const ask = (character: number, kind: 1 | 2 = 2) =>
      client.inlineComplete(uri, { line: 0, character }, kind);
    return { engine, client, type, ask };
  }

  it('joins it where the keystroke is what it says', async () => {
    const { engine, type, ask } = await opened('a = ;\n', slow);
    const overtaken = ask(4);
    await eventually(() => engine.greedy[0], 'the engine to start');
    await type('fi', 4);
    const joined = await ask(6);
    assert.deepEqual((await overtaken).items, []);
    assert.equal(joined.items[0]?.insertText, 'rst + second + third');
    assert.equal(engine.greedy.length, 1);
    assert.notEqual((await engine.greedy[0]!.generation.summary).reason, 'aborted');
  });

  it('joins it behind a bracket that the editor has closed', async () => {
    const { engine, type, ask } = await opened('a = ;\n', { ...slow, answer: 'call(first, last)' });
    void ask(4);
    await eventually(() => engine.greedy[0], 'the engine to start');
    await type('call()', 4);
    const { items } = await ask(9);
    assert.equal(items[0]?.insertText, 'first, last');
    assert.equal(engine.greedy.length, 1);
  });

  it('begins anew where the keystroke is something else', async () => {
    let answers = 0;
    const answer = () => (answers++ === 0 ? slow.answer : 'other');
    const { engine, type, ask } = await opened('a = ;\n', { ...slow, answer });
    const overtaken = ask(4);
    await eventually(() => engine.greedy[0], 'the engine to start');
    await type('x', 4);
    assert.equal((await ask(5)).items[0]?.insertText, 'other');
    assert.deepEqual((await overtaken).items, []);
    assert.equal(engine.greedy.length, 2);
  });

  it('begins anew as soon as it turns out to say something else', async () => {
    let answers = 0;
    const answer = () => (answers++ === 0 ? 'fir + never + the + same' : 'st');
    const { engine, type, ask } = await opened('a = ;\n', { answer, prefillMs: 100, tokenMs: 60 });
    void ask(4);
    await eventually(() => engine.greedy[0], 'the engine to start');
    await type('first', 4);
    await ask(9);
    assert.equal(engine.greedy.length, 2);
    assert.equal((await engine.greedy[0]!.generation.summary).reason, 'aborted');
  });

  it('answers a second request at the same place from the first', async () => {
    const { engine, ask } = await opened('a = ;\n', slow);
    const first = ask(4);
    await eventually(() => engine.greedy[0], 'the engine to start');
    assert.equal((await ask(4)).items[0]?.insertText, slow.answer);
    assert.deepEqual((await first).items, []);
    assert.equal(engine.greedy.length, 1);
  });

  it('does not go on for nobody', async () => {
    const { engine, type, ask } = await opened('a = ;\n', { ...slow, tokenMs: 600_000 });
    void ask(4);
    await eventually(() => engine.greedy[0], 'the engine to start');
    await type('f', 4);
    assert.equal((await engine.greedy[0]!.generation.summary).reason, 'aborted');
  });

  it('ends with the document', async () => {
    const { engine, client, type, ask } = await opened('a = ;\n', { ...slow, tokenMs: 600_000 });
    void ask(4);
    await eventually(() => engine.greedy[0], 'the engine to start');
    await type('f', 4);
    await client.connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
    assert.equal((await engine.greedy[0]!.generation.summary).reason, 'aborted');
  });
});
