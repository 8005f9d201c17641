import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { chatLoop } from '../../../../server/cli/chat/chat-loop.js';
import { ChatSession } from '../../../../server/cli/chat/chat-session.js';
import { redactText } from '../../../../server/provenance/redact.js';
import { chatInfo } from '../../../support/chat-model.js';
import { planText, ScriptedEngine } from '../../../support/scripted-engine.js';
import { madeUpSecrets } from '../../provenance/made-up-secrets.js';

/** A terminal that is typed into; everything it shows is one text. */
function harness(engine: ScriptedEngine) {
  const input = new PassThrough();
  const [output, error] = [new PassThrough(), new PassThrough()];
  let shown = '';
  let interrupt: (() => void) | undefined;
  for (const stream of [output, error])
    stream.setEncoding('utf8').on('data', (text: string) => (shown += text));
  const session = new ChatSession(engine, { maxTokens: 100 });
  const ended = chatLoop(
    session,
    {
      input,
      output: Object.assign(output, { isTTY: false as const }) as never,
      error: Object.assign(error, { isTTY: false as const }) as never,
      onInterrupt: (listener) => {
        interrupt = listener;
        return () => (interrupt = undefined);
      },
    },
    {
      redact: (text) => redactText(text).text,
      find: (question) =>
        Promise.resolve(
          question.includes('@file:a.ts')
            ? { texts: [{ label: 'a.ts', language: 'ts', text: 'let a;' }], notes: ['b.ts: None.'] }
            : { texts: [], notes: [] },
        ),
    },
  );
  const prompts = () => (shown.match(/> |… /g) ?? []).length;
  let typed = 0;
  const until = async (condition: () => boolean) => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  return {
    ended,
    shown: () => shown,
    until,
    interrupt: () => interrupt?.(),
    /** Types a line when it is asked for. */
    type: async (line: string) => {
      await until(() => prompts() > typed);
      typed++;
      input.write(`${line}\n`);
    },
    leave: async () => {
      await until(() => prompts() > typed);
      input.end();
      await ended;
    },
  };
}

const answered = (text: string, over: object = {}) =>
  new ScriptedEngine({ answer: text, info: chatInfo(), ...over });

describe('lacuna chat on a terminal', function () {
  this.timeout(20_000);

  it('answers one question after the other, and remembers', async () => {
    const engine = answered(' Yes.');
    const { type, leave, shown } = harness(engine);
    await type('Really?');
    await type('Why?');
    await leave();
    assert.match(shown(), /> Yes\.\n\d+ tokens read, 0 of them before · 2 written, .*\n> Yes\./);
    assert.match(
      planText(engine.requests[1]!.plan),
      /User: Really\?\n\nAssistant: Yes\.<.*>User: Why\?/,
    );
  });

  it('stops an answer at Ctrl-C, keeps what there is of it, and goes on', async () => {
    const engine = answered(' one two three', { tokenMs: 20 });
    const { type, leave, shown, until, interrupt } = harness(engine);
    await type('Count.');
    await until(() => shown().includes('one'));
    interrupt();
    await type('Go on.');
    await leave();
    assert.match(shown(), /stopped · /);
    assert.match(planText(engine.requests[1]!.plan), /Assistant: one(?: two)?<.*>User: Go on\./);
  });

  it('asks anew, forgets, shows what it can do and leaves', async () => {
    const engine = answered(' Yes.');
    const { type, ended, shown } = harness(engine);
    for (const line of ['First?', '/retry', '/new', 'Second?', '/help', '', '/quit'])
      await type(line);
    await ended;
    const [first, again, second] = engine.requests.map(({ plan }) => planText(plan));
    assert.equal(engine.requests.length, 3);
    assert.equal(first, again);
    assert.notEqual(
      engine.requests[0]!.options.sampling?.seed,
      engine.requests[1]!.options.sampling?.seed,
    );
    assert.ok(!second!.includes('First?'));
    assert.match(shown(), /Ctrl-C stops an answer/);
  });

  it('shows the model what a question mentions, and says what it could not', async () => {
    const engine = answered(' Yes.');
    const { type, leave, shown } = harness(engine);
    await type('What is @file:a.ts?');
    await leave();
    assert.match(planText(engine.requests[0]!.plan), /a\.ts:\n```ts\nlet a;\n```\n\nWhat is/);
    assert.match(shown(), /b\.ts: None\./);
  });

  it('takes a question of several lines', async () => {
    const engine = answered(' Yes.');
    const { type, leave } = harness(engine);
    await type('one\\');
    await type('two');
    await leave();
    assert.match(planText(engine.requests[0]!.plan), /User: one\ntwo\n\n/);
  });

  it('tells of an error, and goes on', async () => {
    let broken = true;
    const engine = new ScriptedEngine({
      info: chatInfo(),
      answer: () => {
        if (broken) throw new Error('The cable is loose.');
        return ' Fine.';
      },
    });
    const { type, leave, shown, until } = harness(engine);
    await type('How are you?');
    await until(() => shown().includes('loose'));
    broken = false;
    await type('How are you now?');
    await leave();
    assert.match(shown(), /The cable is loose\./);
    assert.match(shown(), /Fine\./);
    assert.ok(!planText(engine.requests.at(-1)!.plan).includes('How are you?'));
  });

  it('shows the model no secret that is typed', async () => {
    const engine = answered(' Yes.');
    const { type, leave } = harness(engine);
    const secret = Object.values(madeUpSecrets)[0]!;
    await type(`Is ${secret} good?`);
    await leave();
    assert.ok(!planText(engine.requests[0]!.plan).includes(secret));
    assert.match(planText(engine.requests[0]!.plan), /\[redacted\]/);
  });
});
