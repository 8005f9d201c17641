import assert from 'node:assert/strict';
import { answerTo, wholeAnswer } from '../../../server/chat/answer.js';
import { EngineError } from '../../../server/engine/contract.js';
import { chatInfo } from '../../support/chat-model.js';
import { planText, ScriptedEngine } from '../../support/scripted-engine.js';

const question = [{ role: 'user', content: 'How?' }] as const;

describe('answerTo', () => {
  it('streams an answer in the lane of chat, without the blank in front of it', async () => {
    const engine = new ScriptedEngine({ answer: ' Like this.', info: chatInfo() });
    const answer = answerTo(engine, question, { maxTokens: 100 });
    const pieces: string[] = [];
    for await (const { kind, text } of answer) {
      assert.equal(kind, 'text');
      pieces.push(text);
    }
    assert.deepEqual(pieces, ['Like', ' this', '.']);
    assert.equal((await answer.summary).reason, 'end');
    assert.equal(engine.inLane('chat').length, 1);
    assert.ok(planText(engine.requests[0]!.plan).endsWith('User: How?\n\nAssistant:'));
  });

  it('tells thoughts from the answer where the template opened them', async () => {
    const engine = new ScriptedEngine({ answer: 'Well…\n</think>\n\nSo.', info: chatInfo('r1') });
    const { text, reasoning } = await wholeAnswer(answerTo(engine, question, { maxTokens: 100 }));
    assert.deepEqual({ text, reasoning }, { text: 'So.', reasoning: 'Well…' });
  });

  it('streams what the answer was told to begin with', async () => {
    const engine = new ScriptedEngine({ answer: '  x\n```', info: chatInfo() });
    const answer = answerTo(engine, question, { maxTokens: 100, begin: '```ts\n' });
    assert.equal((await wholeAnswer(answer)).text, '```ts\n  x\n```');
  });

  it('ends with what there is when it is aborted', async () => {
    const engine = new ScriptedEngine({ answer: 'one two three', info: chatInfo() });
    const abort = new AbortController();
    const answer = answerTo(engine, question, { maxTokens: 100, signal: abort.signal });
    let text = '';
    for await (const piece of answer) {
      text += piece.text;
      abort.abort();
    }
    assert.equal(text, 'one');
    assert.equal((await answer.summary).reason, 'aborted');
  });

  it('ends the generation when nobody reads on', async () => {
    const engine = new ScriptedEngine({ answer: 'one two three', info: chatInfo() });
    const answer = answerTo(engine, question, { maxTokens: 100 });
    for await (const piece of answer) if (piece.text !== '') break;
    assert.equal((await answer.summary).reason, 'aborted');
  });

  it('passes on what may be repeated, how to choose and where to stop', async () => {
    const engine = new ScriptedEngine({ answer: 'a b c', info: chatInfo() });
    const options = {
      maxTokens: 9,
      draftSources: ['old'],
      sampling: { temperature: 0.5 },
      stop: [' b'],
    };
    assert.equal((await wholeAnswer(answerTo(engine, question, options))).text, 'a');
    const { draftSources, sampling } = engine.requests[0]!.options;
    assert.deepEqual(
      { draftSources, sampling },
      {
        draftSources: ['old'],
        sampling: { temperature: 0.5 },
      },
    );
  });

  it('fails with a remedy where the model only completes', async () => {
    const engine = new ScriptedEngine({ answer: '', info: { chatRemedy: 'Use another.' } });
    const answer = answerTo(engine, question, { maxTokens: 1 });
    const refused = (error: unknown) =>
      error instanceof EngineError && error.remedy === 'Use another.';
    await assert.rejects(wholeAnswer(answer), refused);
    await assert.rejects(answer.summary, refused);
    assert.equal(engine.requests.length, 0);
  });

  it('fails as the engine does', async () => {
    const engine = new ScriptedEngine({ answer: '', info: chatInfo() });
    await engine.close();
    await assert.rejects(wholeAnswer(answerTo(engine, question, { maxTokens: 1 })), /closed/);
  });
});
