import assert from 'node:assert/strict';
import fc from 'fast-check';
import { chatPlan } from '../../../../server/prompt/chat/chat-plan.js';
import {
  fitChat,
  planTokens,
  type ChatParts,
  type ChatRoom,
  type FittedChat,
} from '../../../../server/prompt/chat/fit-chat.js';
import { chatFormat } from '../../../support/chat-model.js';
import { planText } from '../../../support/scripted-engine.js';

/** A word is a token, and so is every other character that is no blank. */
const countTokens = (text: string) => (text.match(/[\p{L}\p{N}]+|\n|[^\s]/gu) ?? []).length;
const room = (contextLength: number, answerTokens = 50): ChatRoom => ({
  format: chatFormat('coderV2'),
  contextLength,
  answerTokens,
  countTokens,
});
const words = (count: number, word = 'w') => Array<string>(count).fill(word).join(' ');
const turn = (name: string, count = 20) => ({ question: words(count, name), answer: words(count) });
const parts = (over: Partial<ChatParts> = {}): ChatParts => ({
  system: 'Be brief.',
  pinned: [],
  retrieved: [],
  history: [],
  question: 'Why?',
  ...over,
});
const text = (label: string, lines: number) => ({
  label,
  language: 'ts',
  text: Array.from({ length: lines }, (_, i) => `${label} ${i}`).join('\n'),
});

function fitted(given: ChatParts, within: ChatRoom): FittedChat {
  const fit = fitChat(given, within);
  assert.ok(fit.fitted, fit.refusal?.message);
  return fit.fitted;
}

describe('fitChat', () => {
  it('leaves out nothing that fits', () => {
    const given = parts({
      pinned: [text('a.ts', 2)],
      retrieved: [text('b.ts', 2)],
      history: [turn('one')],
    });
    const { messages, droppedTurns, sent, answerTokens } = fitted(given, room(1000));
    assert.deepEqual(messages, [
      { role: 'system', content: 'Be brief.\n\na.ts:\n```ts\na.ts 0\na.ts 1\n```' },
      { role: 'user', content: given.history[0]!.question },
      { role: 'assistant', content: given.history[0]!.answer },
      { role: 'user', content: 'b.ts:\n```ts\nb.ts 0\nb.ts 1\n```\n\nWhy?' },
    ]);
    assert.equal(droppedTurns, 0);
    assert.equal(sent, messages.at(-1)!.content);
    assert.equal(answerTokens, 50);
  });

  it('begins a follow-up with the very prompt of the turn before', () => {
    const format = chatFormat('coderV2');
    const first = fitted(parts({ retrieved: [text('b.ts', 3)] }), room(1000));
    const history = [{ question: first.sent, answer: 'Because.' }];
    const second = fitted(parts({ history, question: 'And?' }), room(1000));
    const before = planText(chatPlan(format, first.messages));
    assert.ok(planText(chatPlan(format, second.messages)).startsWith(before));
  });

  it('drops whole turns, the oldest first, and says how many', () => {
    const history = ['one', 'two', 'three', 'four'].map((name) => turn(name));
    const { messages, droppedTurns } = fitted(parts({ history }), room(200));
    assert.equal(droppedTurns, 2);
    assert.ok(messages[1]?.content.startsWith('three'));
    assert.equal(messages.length, 1 + 2 * 2 + 1);
  });

  it('leaves out as many turns as before while that suits', () => {
    const history = ['one', 'two', 'three', 'four'].map((name) => turn(name));
    const first = fitted(parts({ history }), room(200)).droppedTurns;
    const more = [...history, turn('five', 5)];
    assert.equal(fitted(parts({ history: more, dropped: first }), room(200)).droppedTurns, first);
    // In a larger context, none need be left out any more.
    assert.equal(fitted(parts({ history: more, dropped: first }), room(2000)).droppedTurns, 0);
  });

  it('reads no more of a long history than fits', () => {
    const history = Array.from({ length: 10_000 }, (_, i) => turn(`t${i}`));
    let counted = 0;
    const within = room(400);
    const { droppedTurns } = fitted(parts({ history }), {
      ...within,
      countTokens: (text) => {
        counted += text.length;
        return countTokens(text);
      },
    });
    assert.ok(droppedTurns >= 9990 && droppedTurns < 10_000, String(droppedTurns));
    assert.ok(counted < 20_000, String(counted));
  });

  it('shortens a text that is too long to its first lines, saying so, and leaves room for others', () => {
    const retrieved = [text('long.ts', 100), text('next.ts', 30)];
    const { retrieved: notes, messages } = fitted(parts({ retrieved }), room(300));
    const lines = notes.map(({ note }) =>
      Number(/^Only its first (\d+) of \d+ lines fit the context\.$/.exec(note!)?.[1]),
    );
    assert.ok(lines[0]! > 2 * lines[1]! && lines[1]! > 0, lines.join());
    assert.ok(messages.at(-1)!.content.endsWith('\n```\n\nWhy?'));
  });

  it('shortens the longest where the short ones fit beside it', () => {
    const retrieved = [text('long.ts', 100), text('short.ts', 3), text('brief.ts', 2)];
    const { retrieved: notes } = fitted(parts({ retrieved }), room(300));
    assert.deepEqual(
      notes.map(({ note }) => note !== undefined),
      [true, false, false],
    );
  });

  it('leaves out what has no line that fits, and does not read what is sure not to', () => {
    const line = words(200_000);
    let counted = 0;
    const { retrieved } = fitted(
      parts({ retrieved: [{ label: 'min.js', language: 'js', text: line }, text('a.ts', 3)] }),
      {
        ...room(300),
        countTokens: (text) => {
          counted += text.length;
          return countTokens(text);
        },
      },
    );
    assert.deepEqual(
      retrieved.map(({ note }) => note),
      ['It does not fit the context.', undefined],
    );
    assert.ok(counted < 10_000, String(counted));
  });

  it('gives texts half of the room before turns get the rest', () => {
    const given = parts({
      retrieved: [text('a.ts', 100)],
      history: ['a', 'b', 'c'].map((name) => turn(name)),
    });
    const { retrieved, droppedTurns } = fitted(given, room(250));
    assert.ok(retrieved[0]!.tokens > 60, String(retrieved[0]!.tokens));
    assert.equal(droppedTurns, 2);
  });

  it('fences a text that holds fences by a longer one', () => {
    const retrieved = [{ label: 'README.md', language: 'md', text: '````ts\nx\n````\n' }];
    const { sent } = fitted(parts({ retrieved }), room(1000));
    assert.equal(sent, 'README.md:\n`````md\n````ts\nx\n````\n`````\n\nWhy?');
  });

  it('leaves a long question what it needs, and the answer less', () => {
    const { answerTokens } = fitted(parts({ question: words(120) }), room(200));
    assert.ok(answerTokens >= 25 && answerTokens <= 50, String(answerTokens));
    assert.equal(fitted(parts({ question: words(155) }), room(200)).answerTokens < 40, true);
  });

  it('refuses a question that is longer than the context, and says what to do', () => {
    const { refusal } = fitChat(parts({ question: words(500) }), room(200));
    assert.match(refusal!.message, /^The question takes 5\d\d tokens; the model holds 200/);
    assert.match(refusal!.remedy, /chatContextLength/);
  });

  it('never overfills the context and never cuts the question', () => {
    const size = fc.nat({ max: 60 });
    fc.assert(
      fc.property(
        fc.array(size, { maxLength: 6, size: 'max' }),
        fc.array(size, { maxLength: 3, size: 'max' }),
        fc.array(size, { maxLength: 2, size: 'max' }),
        fc.integer({ min: 40, max: 600 }),
        fc.nat({ max: 8 }),
        fc.constantFrom('coderV2', 'v3', 'r1'),
        (turns, retrieved, pinned, contextLength, dropped, template) => {
          const given = parts({
            history: turns.map((count, i) => turn(`t${i}`, count)),
            retrieved: retrieved.map((lines, i) => text(`r${i}`, lines)),
            pinned: pinned.map((lines, i) => text(`p${i}`, lines)),
            dropped,
          });
          const format = chatFormat(template);
          const { fitted } = fitChat(given, { ...room(contextLength), format });
          if (!fitted) return;
          const tokens = planTokens(chatPlan(format, fitted.messages), countTokens);
          assert.equal(tokens, fitted.promptTokens);
          assert.ok(tokens + fitted.answerTokens <= contextLength);
          assert.ok(fitted.answerTokens >= 1);
          assert.ok(fitted.messages.at(-1)!.content.endsWith(given.question));
          assert.ok(fitted.droppedTurns <= turns.length);
        },
      ),
      { numRuns: 200 },
    );
  }).timeout(20_000);
});
