import assert from 'node:assert/strict';
import {
  planText,
  ScriptedEngine,
  type ScriptedEngineOptions,
} from '../support/scripted-engine.js';
import { ready, serverUnderTest } from './in-process.js';
import { eventually } from './lsp-client.js';

// No tree of it cuts the answers, which are made up.
const uri = 'file:///project/a.txt';

describe('language server: working ahead', () => {
  const { start, dispose } = serverUnderTest();
  afterEach(dispose);

  async function opened(
    text: string,
    script: ScriptedEngineOptions,
    { settings = {}, at = uri, languageId = 'plaintext' } = {},
  ) {
    const engine = new ScriptedEngine(script);
    const { client } = start(engine);
    await client.initialize({ initializationOptions: { debounce: 0, ...settings } });
    await client.status(ready);
    await client.open(at, languageId, text);
    let version = 1;
    const type = (typed: string, character: number) =>
      client.change(at, ++version, [
        { range: { start: { line: 0, character }, end: { line: 0, character } }, text: typed },
      ]);
    const ask = (character: number, kind: 1 | 2 = 2) =>
      client.inlineComplete(at, { line: 0, character }, kind);
    const tell = (method: string, uri = at) =>
      client.connection.sendNotification(`textDocument/${method}`, { textDocument: { uri } });
    return { engine, client, type, ask, tell };
  }

  /** Says what comes next in `whole` behind what the prompt ends with. */
  const following = (whole: string) => (plan: Parameters<typeof planText>[0]) => {
    const last = planText(plan).split(/<\w+>/).at(-1) ?? '';
    const rest = whole.slice(whole.indexOf(last) + last.length);
    return rest.slice(0, 4);
  };

  describe('the completion behind the one that is shown', () => {
    it('is there at once when that one is accepted, and so is the one behind it', async () => {
      const whole = 'a = one.two.six.ten;';
      const { engine, ask, type } = await opened('a = ', { answer: following(whole) });
      assert.equal((await ask(4)).items[0]?.insertText, 'one.');
      for (const [character, shown, next] of [
        [4, 'one.', 'two.'],
        [8, 'two.', 'six.'],
      ] as const) {
        const count = engine.inLane('speculate').length;
        await eventually(
          () => (count > 0 ? engine.inLane('speculate').at(-1) : undefined),
          'the next completion',
        );
        await engine.inLane('speculate').at(-1)!.generation.summary;
        await type(shown, character);
        assert.equal((await ask(character + 4)).items[0]?.insertText, next);
        await eventually(() => engine.inLane('speculate')[count], 'the one behind it');
      }
      assert.equal(engine.greedy.length, 1);
    });

    it('is computed while somebody types what is shown', async () => {
      const script = { answer: following('a = one.two.'), tokenMs: 1 };
      const { engine, ask, type } = await opened('a = ', script);
      await ask(4);
      const next = await eventually(() => engine.inLane('speculate')[0], 'the next completion');
      await type('o', 4);
      await ask(5);
      assert.notEqual((await next.generation.summary).reason, 'aborted');
      assert.equal(engine.inLane('speculate').length, 1);
    });

    it('is given up where something else is typed', async () => {
      const answer = (plan: Parameters<typeof planText>[0]) =>
        planText(plan).endsWith('a = ') ? 'one.' : 'never ending';
      const { engine, ask, type } = await opened('a = ', { answer, tokenMs: 300 });
      await ask(4);
      const next = await eventually(() => engine.inLane('speculate')[0], 'the next completion');
      await type('x', 4);
      assert.equal((await next.generation.summary).reason, 'aborted');
    });

    it('gives what there is of it as a draft to somebody who does not want to wait', async () => {
      const answer = (plan: Parameters<typeof planText>[0]) =>
        planText(plan).endsWith('a = ') ? 'one.' : 'two.six.ten.';
      const { engine, ask, type } = await opened('a = ', { answer, tokenMs: 100 });
      await ask(4);
      const next = await eventually(() => engine.inLane('speculate')[0], 'the next completion');
      const tokens = next.generation[Symbol.asyncIterator]();
      for (let i = 0; i < 3; i++) await tokens.next();
      await type('one.', 4);
      assert.equal((await ask(8)).items[0]?.insertText, 'two.six.ten.');
      assert.equal((await next.generation.summary).reason, 'aborted');
      const draft = engine.greedy[1]!.options.draftSources?.at(-1);
      assert.match(draft ?? '', /^a = one\.two/);
    });

    it('is not computed where its prompt is long and not known yet', async () => {
      const lines = Array.from(
        { length: 8 },
        (_, i) => `\n  const v${i} = f(one, two, three, four);`,
      );
      const { engine, ask } = await opened(
        `function f() {}\n${'call(one, two);\n'.repeat(100)}`,
        { answer: lines.join('') },
        { settings: { maxTokens: 400 }, languageId: 'typescript' },
      );
      // So much stands behind the anchor then that it moves.
      const shown = (await ask(14)).items[0]?.insertText;
      assert.ok(typeof shown === 'string' && shown.includes('v5'));
      const next = await eventually(() => engine.inLane('speculate')[0], 'the next completion');
      assert.equal((await next.generation.summary).reason, 'aborted');
    });

    it('says nothing of its failures but in the log', async () => {
      const answer = (plan: Parameters<typeof planText>[0]) => {
        if (planText(plan).endsWith('a = ')) return 'one.';
        throw new Error('no such luck');
      };
      const { client, ask } = await opened('a = ', { answer });
      await ask(4);
      await client.until(
        () => client.logs.find(({ message }) => message.includes('no such luck')),
        'a log message',
      );
      assert.ok(client.statuses.every(({ kind }) => kind === 'Normal'));
    });

    it('leaves the plans of the document alone until it is accepted', async () => {
      const { engine, ask, type } = await opened('a = ', { answer: 'one.\n'.repeat(3) });
      await ask(4);
      await eventually(() => engine.inLane('speculate')[0], 'the next completion');
      await engine.inLane('speculate')[0]!.generation.summary;
      await type('x', 4);
      await ask(5);
      const [first, second] = engine.greedy.map(({ plan }) => planText(plan));
      assert.equal(second, `${first}x`);
    });
  });

  describe('the prompt', () => {
    it('begins with a document that was opened, where the model reads the prefix first', async () => {
      const { engine } = await opened('a();\nb();\n', { answer: 'x' });
      const warm = await eventually(() => engine.inLane('warm')[0], 'a prompt');
      assert.match(planText(warm.plan), /^<bos><fimPrefix>a\(\);\nb\(\);\n<fimSuffix>/);
      assert.equal(warm.options.maxTokens, 0);
    });

    it('is the one of the place where somebody asked before, when the document is saved or focused', async () => {
      for (const fim of ['psm', 'spm'] as const) {
        const { engine, ask, tell, client } = await opened('a = ;\nb();\n', {
          answer: '',
          info: { fim },
        });
        await ask(4, 1);
        await client.change(uri, 2, [
          {
            range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
            text: '\n\n',
          },
        ]);
        const before = engine.inLane('warm').length;
        for (const [i, method] of ['didSave', 'didFocus'].entries()) {
          await tell(method);
          const warm = await eventually(() => engine.inLane('warm')[before + i], method);
          assert.match(planText(warm.plan), fim === 'spm' ? /^<bos><fimSuffixFirst>;/ : /a = $/);
        }
        await dispose();
      }
    });

    it('gives way to a request', async () => {
      const { engine, ask } = await opened('a = ', { answer: 'x', prefillMs: 400 });
      const warm = await eventually(() => engine.inLane('warm')[0], 'a prompt');
      await ask(4);
      assert.equal((await warm.generation.summary).reason, 'aborted');
    });

    it('gets a new anchor while an answer is looked at, when the old one is far behind', async () => {
      const document = `${'call();\n'.repeat(10)}\n${'call();\n'.repeat(20)}`;
      const { engine, client } = await opened(document, { answer: 'x;' });
      const warmed = () => engine.inLane('warm').length;
      await eventually(() => warmed() > 0 || undefined, 'the opened document');
      const line = 'const value = first + second + third;\n';
      let version = 1;
      const typedAt = async (text: string, row: number) => {
        const start = { line: row, character: 0 };
        await client.change(uri, ++version, [{ range: { start, end: start }, text }]);
        const count = text.split('\n').length - 1;
        const character = text.length - text.lastIndexOf('\n') - 1;
        return client.inlineComplete(uri, { line: row + count, character }, 2);
      };
      await typedAt('', 10);
      const before = warmed();
      await typedAt(line.repeat(7), 10);
      const far = planText(engine.greedy.at(-1)!.plan);
      assert.match(far, /<fimMiddle>(?:const [^\n]*\n){7}$/);
      const warm = await eventually(() => engine.inLane('warm')[before], 'a new anchor');
      assert.match(planText(warm.plan), /third;\n<fimSuffix>\ncall\(\);[^]*<fimMiddle>$/);
      await warm.generation.summary;
      await typedAt('y', 17);
      assert.match(planText(engine.greedy.at(-1)!.plan), /third;\n<fimSuffix>/);
    });

    it('is one at a time', async () => {
      const { engine, client } = await opened('a();\n', { answer: 'x', prefillMs: 400 });
      const first = await eventually(() => engine.inLane('warm')[0], 'a prompt');
      await client.open('file:///project/b.ts', 'plaintext', 'b();\n');
      assert.equal((await first.generation.summary).reason, 'aborted');
      await eventually(() => engine.inLane('warm')[1], 'another prompt');
    });
  });

  describe('does nothing', () => {
    const cases = {
      'where it is switched off': { settings: { workAhead: false } },
      'where Lacuna is switched off for the language': {
        settings: { disabledLanguages: ['plaintext'] },
      },
      'for a file of secrets': { at: 'file:///project/.env', languageId: 'dotenv' },
    };
    for (const [name, how] of Object.entries(cases))
      it(name, async () => {
        const { engine, ask, tell } = await opened('a = ', { answer: 'one.two' }, how);
        await tell('didFocus');
        await tell('didSave');
        await ask(4);
        // Whatever it might begin, it would begin by now.
        await new Promise((resolve) => setTimeout(resolve, 50));
        assert.deepEqual([...engine.inLane('warm'), ...engine.inLane('speculate')], []);
      });

    it('for a document that it does not know', async () => {
      const { engine, tell, ask } = await opened('', { answer: 'x', info: { fim: 'spm' } });
      await tell('didFocus', 'file:///project/unknown.ts');
      await ask(0, 1);
      assert.equal(engine.inLane('warm').length, 0);
    });
  });
});
