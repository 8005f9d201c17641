import assert from 'node:assert/strict';
import type { Engine, Lane } from '../../../server/engine/contract.js';
import { Precedence } from '../../../server/engine/precedence.js';
import { ScriptedEngine } from '../../support/scripted-engine.js';

const plan = { segments: [{ kind: 'text', text: 'a', source: 'lacuna:test' }] } as const;

describe('engines that share a processor', () => {
  const sentence = 'one two three four five six seven eight';
  const setUp = () => {
    const precedence = new Precedence();
    const completing = precedence.admit(new ScriptedEngine({ answer: sentence, tokenMs: 2 }));
    const answering = precedence.admit(new ScriptedEngine({ answer: sentence, tokenMs: 2 }));
    return { completing, answering };
  };
  /** Notes each token, by name, until the answer ends. */
  const ask = async (engine: Engine, lane: Lane, name: string, order: string[]) => {
    for await (const { text } of engine.generate(plan, { lane, maxTokens: 50 }))
      if (text !== '') order.push(name);
  };
  const seen = async (order: readonly string[], count: number) => {
    while (order.length < count) await new Promise((resolve) => setTimeout(resolve, 1));
  };

  it('lets chat on one wait for a completion on the other, and go on behind it', async () => {
    const { completing, answering } = setUp();
    const order: string[] = [];
    const chat = ask(answering, 'chat', 'chat', order);
    await seen(order, 2);
    const inline = ask(completing, 'inline', 'inline', order);
    // One token may be under way.
    const before = order.length + 1;
    await inline;
    const between = order.slice(before, order.lastIndexOf('inline'));
    assert.ok(!between.includes('chat'), order.join(' '));
    await chat;
    assert.equal(order.filter((each) => each === 'chat').length, 8);
  });

  it('lets work that nobody waits for wait for chat on the other', async () => {
    const { completing, answering } = setUp();
    const order: string[] = [];
    const chat = ask(answering, 'chat', 'chat', order);
    const ahead = ask(completing, 'speculate', 'ahead', order);
    await Promise.all([chat, ahead]);
    assert.deepEqual(order, [...Array<string>(8).fill('chat'), ...Array<string>(8).fill('ahead')]);
  });

  it('never lets a completion wait, nor two answers for each other', async () => {
    const { completing, answering } = setUp();
    const order: string[] = [];
    await Promise.all([
      ask(completing, 'inline', 'a', order),
      ask(answering, 'inline', 'b', order),
      ask(completing, 'chat', 'c', order),
      ask(answering, 'chat', 'd', order),
    ]);
    assert.equal(order.length, 32);
  });

  it('lets go when what the others wait for is aborted, fails, or is closed with its engine', async () => {
    const { completing, answering } = setUp();
    const order: string[] = [];
    const abort = new AbortController();
    const { signal } = abort;
    const { summary } = completing.generate(plan, { lane: 'inline', maxTokens: 9, signal });
    abort.abort();
    assert.equal((await summary).reason, 'aborted');
    await ask(answering, 'chat', 'chat', order);
    void completing.generate(plan, { lane: 'inline', maxTokens: 50 });
    await completing.close();
    await ask(answering, 'chat', 'chat', order);
    const refused = completing.generate(plan, { lane: 'inline', maxTokens: 9 });
    await assert.rejects(refused.summary);
    await ask(answering, 'chat', 'chat', order);
    assert.equal(order.length, 24);
  });
});
