import assert from 'node:assert/strict';
import { CancellationTokenSource, ResponseError } from 'vscode-languageserver/node';
import { chatRequests, type ChatProgress, type CompleteResult } from '../../protocol/index.js';
import { chatInfo } from '../support/chat-model.js';
import { planText, ScriptedEngine } from '../support/scripted-engine.js';
import { madeUpSecrets } from '../unit/provenance/made-up-secrets.js';
import { serverUnderTest } from './in-process.js';

const question = { role: 'user', content: 'What is a lacuna?' };

describe('language server: answers to conversations that others keep', () => {
  const { start, dispose } = serverUnderTest();
  afterEach(dispose);

  async function ask(engine: ScriptedEngine, params: object, stopAt = Infinity) {
    const { client } = start(engine);
    await client.initialize();
    const source = new CancellationTokenSource();
    const pieces: ChatProgress[] = [];
    client.connection.onNotification('$/progress', ({ value }: { value: ChatProgress }) => {
      if (value.kind !== 'answer') return;
      pieces.push(value);
      if (pieces.length === stopAt) source.cancel();
    });
    const all = { ...params, partialResultToken: 'here' };
    const result = await client.connection.sendRequest<CompleteResult>(
      chatRequests.complete,
      all,
      source.token,
    );
    return { client, result, pieces };
  }

  const streamed = (pieces: readonly ChatProgress[]) =>
    pieces.map((piece) => (piece.kind === 'answer' ? piece.text : '')).join('');

  it('stream, and say what they cost', async () => {
    const engine = new ScriptedEngine({ answer: 'A gap in a text.', info: chatInfo() });
    const { result, pieces } = await ask(engine, { messages: [question] });
    assert.equal(result.answer, 'A gap in a text.');
    assert.equal(streamed(pieces), result.answer);
    assert.equal(result.state, 'complete');
    assert.ok(result.usage.generated > 4);
    assert.match(planText(engine.requests[0]!.plan), /User: What is a lacuna\?\n\nAssistant:$/);
  });

  it('keep what there is when they are stopped', async () => {
    const engine = new ScriptedEngine({
      answer: 'word '.repeat(500),
      tokenMs: 2,
      info: chatInfo(),
    });
    const { result, pieces } = await ask(engine, { messages: [question] }, 3);
    assert.equal(result.state, 'stopped');
    assert.ok(result.answer.startsWith('word'));
    assert.ok(pieces.length < 500);
  });

  it('end at the limit that was given', async () => {
    const engine = new ScriptedEngine({ answer: 'one two three four', info: chatInfo() });
    const { result } = await ask(engine, { messages: [question], maxTokens: 2 });
    assert.deepEqual([result.answer, result.state], ['one two', 'cut']);
  });

  it('refuse where the model only completes, with what to do', async () => {
    const { result } = await ask(new ScriptedEngine({ answer: '' }), { messages: [question] });
    assert.match(result.refusal?.message ?? '', /only completes/);
    assert.match(result.refusal?.remedy ?? '', /instruct model/);
  });

  it('show the model no secret', async () => {
    const secret = madeUpSecrets['AWS access key']!;
    const engine = new ScriptedEngine({ answer: 'ok', info: chatInfo() });
    await ask(engine, { messages: [{ role: 'user', content: `key = "${secret}"` }] });
    assert.ok(!planText(engine.requests[0]!.plan).includes(secret));
  });

  it('count tokens as the model does', async () => {
    const engine = new ScriptedEngine({ answer: '', info: chatInfo() });
    const { client } = start(engine);
    await client.initialize();
    const count = await client.request<number>(chatRequests.countTokens, { text: 'one two' });
    assert.equal(count, engine.countTokens('one two'));
  });

  it('take no harm from what makes no sense', async () => {
    const { client } = start(new ScriptedEngine({ answer: '', info: chatInfo() }));
    await client.initialize();
    for (const params of [{}, { messages: [] }, { messages: [{ role: 'x', content: '' }] }])
      await assert.rejects(client.request(chatRequests.complete, params), ResponseError);
    for (const maxTokens of [0, 1.5, '9'])
      await assert.rejects(
        client.request(chatRequests.complete, { messages: [question], maxTokens }),
        ResponseError,
      );
  });
});
