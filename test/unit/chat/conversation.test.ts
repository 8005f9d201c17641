import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  conversationView,
  emptyConversation,
  eventsOf,
  withEvents,
  type ChatConversation,
} from '../../../server/chat/conversation.js';
import { parseEvent, type ChatEvent } from '../../../server/chat/events.js';
import { titleOf } from '../../../server/chat/title.js';

const fresh = emptyConversation('c', 1);
const asked = (turn: string, question = `Question ${turn}?`, at = 2): ChatEvent => ({
  ...{ kind: 'asked', at, turn, question, sources: [], texts: [], attempt: 0 },
});
const said = (turn: string, answer: string): ChatEvent => ({ kind: 'said', turn, answer });
const ended = (turn: string): ChatEvent => ({ kind: 'ended', at: 3, turn, state: 'complete' });
const dropped = (turn: string): ChatEvent => ({ kind: 'dropped', at: 4, turn });

const states = ({ turns }: ChatConversation): string[] =>
  turns.map(({ id, answer, state }) => `${id} ${state}: ${answer}`);

const turnIds = fc.constantFrom('a', 'b', 'c', 'd');
const texts = fc.string({ unit: 'binary', maxLength: 8 });
const anyEvent: fc.Arbitrary<ChatEvent> = fc.oneof(
  fc.tuple(turnIds, texts).map(([turn, text]) => asked(turn, text)),
  fc.tuple(turnIds, texts).map(([turn, text]) => said(turn, text)),
  fc
    .tuple(turnIds, texts)
    .map(([turn, reasoning]): ChatEvent => ({ kind: 'said', turn, reasoning })),
  turnIds.map(ended),
  turnIds.map(dropped),
  texts.map((title): ChatEvent => ({ kind: 'renamed', at: 9, title })),
  fc
    .array(texts, { maxLength: 3 })
    .map((mentions): ChatEvent => ({ kind: 'pinned', at: 5, mentions })),
);

describe('conversations', () => {
  it('grow by a question, what is said of its answer, and an end', () => {
    const events = [asked('a'), said('a', 'One '), said('a', 'two.'), ended('a')];
    const conversation = withEvents(fresh, events);
    assert.deepEqual(states(conversation), ['a complete: One two.']);
    assert.equal(conversation.title, 'Question a?');
    assert.deepEqual([conversation.created, conversation.changed], [1, 3]);
  });

  it('stop an answer that another question overtakes', () => {
    const conversation = withEvents(fresh, [asked('a'), said('a', 'x'), asked('b')]);
    assert.deepEqual(states(conversation), ['a stopped: x', 'b running: ']);
  });

  it('take nothing for a turn that has ended, or is not there', () => {
    const before = withEvents(fresh, [asked('a'), ended('a')]);
    for (const event of [said('a', 'x'), said('z', 'x'), ended('z'), dropped('z')])
      assert.deepEqual(states(withEvents(before, [event])), ['a complete: ']);
  });

  it('drop a turn with all behind it', () => {
    const events = ['a', 'b', 'c'].flatMap((turn) => [asked(turn), ended(turn)]);
    const conversation = withEvents(fresh, [...events, dropped('b')]);
    assert.deepEqual(states(conversation), ['a complete: ']);
  });

  it('show a turn as running only while it is', () => {
    const conversation = withEvents(fresh, [asked('a')]);
    const stateOf = (running?: string) => conversationView(conversation, running).turns[0]?.state;
    assert.deepEqual([stateOf('a'), stateOf('b'), stateOf()], ['running', 'stopped', 'stopped']);
  });

  it('keep to themselves what the model was shown', () => {
    const [turn] = conversationView(withEvents(fresh, [asked('a')])).turns;
    assert.ok(turn && !('texts' in turn) && !('attempt' in turn));
  });

  it('change by events one at a time as by all at once, and never what they were', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 40, size: 'max' }), (events) => {
        let one = fresh;
        for (const event of events) {
          const before = structuredClone(one);
          const after = withEvents(one, [event]);
          assert.deepEqual(one, before);
          one = after;
        }
        assert.deepEqual(withEvents(fresh, events), one);
        const running = one.turns.slice(0, -1).filter(({ state }) => state === 'running');
        assert.deepEqual(running, []);
      }),
    );
  });

  it('are the same when they are read from what they are written as', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 40, size: 'max' }), (events) => {
        const conversation = withEvents(fresh, events);
        const lines = eventsOf(conversation).map((event) => JSON.stringify(event));
        const read = lines.flatMap((line) => parseEvent(line) ?? []);
        assert.equal(read.length, lines.length);
        assert.deepEqual(withEvents(emptyConversation('c', 0), read), conversation);
      }),
    );
  });
});

describe('lines of a conversation', () => {
  const good: ChatEvent[] = [
    { kind: 'created', at: 1, id: 'c' },
    {
      ...{ kind: 'asked', at: 1, turn: 'a', question: 'Q', texts: ['x'], attempt: 0, model: 'm' },
      sources: [
        {
          ...{ uri: 'file:///a', label: 'a', mention: '@file:a', tokens: 3, note: 'cut' },
          lines: { first: 0, last: 4 },
        },
      ],
    },
    {
      ...{ kind: 'ended', at: 2, turn: 'a', state: 'failed' },
      error: { message: 'It failed.', remedy: 'Try again.' },
      usage: {
        prompt: 1,
        resident: 0,
        generated: 2,
        context: 9,
        droppedTurns: 0,
        tokensPerSecond: 4,
      },
    },
  ];

  it('are understood', () => {
    for (const event of good) assert.deepEqual(parseEvent(JSON.stringify(event)), event);
  });

  it('say nothing where any value is not what it should be', () => {
    const odd = [null, 7.5, 'x', [], {}, true, undefined];
    let refused = 0;
    for (const event of good)
      for (const key of Object.keys(event))
        for (const value of odd) {
          const line = JSON.stringify({ ...event, [key]: value });
          const read = parseEvent(line);
          if (read === undefined) refused++;
          else assert.deepEqual(read, JSON.parse(line));
        }
    assert.ok(refused > 60);
    for (const line of ['', '{', '7', 'null', '[]', '{"kind":"later","at":1}', '\u0000'])
      assert.equal(parseEvent(line), undefined);
  });
});

describe('titles', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['What does this do?', 'What does this do?'],
    ['\n\n  Why \t so?  \r\nMore', 'Why so?'],
    ['```\nconst a = 1;\n```', 'const a = 1;'],
    ['???', '???'],
    ['', ''],
    [
      'Explain in all detail how the scheduler decides between the lanes when both wait',
      'Explain in all detail how the scheduler decides between the…',
    ],
    ['😀'.repeat(70), `${'😀'.repeat(59)}…`],
  ];
  for (const [question, title] of cases)
    it(`of ${JSON.stringify(question.slice(0, 30))} are its first line`, () => {
      assert.equal(titleOf(question), title);
    });
});
