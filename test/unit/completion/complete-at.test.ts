import assert from 'node:assert/strict';
import { completeAt } from '../../../server/completion/complete-at.js';
import type { Completion } from '../../../server/completion/completion.js';
import type { CompletionOptions } from '../../../server/completion/completion-options.js';
import { EngineError, type Engine } from '../../../server/engine/contract.js';
import { PlanMemory } from '../../../server/completion/plan-memory.js';
import { documentOf } from '../../support/cursor.js';
import { openGate } from '../../support/open-gate.js';
import {
  planText,
  ScriptedEngine,
  type ScriptedEngineOptions,
} from '../../support/scripted-engine.js';

const options: CompletionOptions = { maxTokens: 64, maxLines: 8, gate: openGate };
const never = new AbortController().signal;

async function complete(
  marked: string,
  script: ScriptedEngineOptions,
  more: Partial<CompletionOptions> = {},
) {
  const engine = new ScriptedEngine(script);
  const [document, offset] = documentOf(marked);
  const completion = await completeAt(document, offset, engine, { ...options, ...more }, never);
  return { completion, engine, request: engine.requests[0]! };
}

describe('completeAt', () => {
  it('fills a line and says what it cost', async () => {
    const { completion, request } = await complete('const x = █\n', { answer: 'a + b;\nnext();' });
    assert.equal(completion.text, 'a + b;');
    assert.equal(completion.shape, 'line');
    assert.deepEqual(completion.range, {
      start: { line: 0, character: 10 },
      end: { line: 0, character: 10 },
    });
    assert.equal(completion.stats.reason, 'stop');
    assert.ok(completion.stats.promptTokens > 0 && completion.stats.generatedTokens > 0);
    assert.deepEqual(request.options.stop, ['\n']);
    assert.equal(request.options.lane, 'inline');
    assert.equal(request.options.sampling, undefined);
    assert.equal(request.options.heal, true);
  });

  it('fills a block and stops generating where it ends', async () => {
    const { completion, engine } = await complete('function f() {\n  █\n}\n', {
      answer: 'a();\n  b();\n}\n' + 'wasted();\n'.repeat(20),
    });
    assert.equal(completion.text, 'a();\n  b();');
    assert.equal(completion.stats.reason, 'stop');
    assert.equal((await engine.requests[0]!.generation.summary).reason, 'aborted');
    assert.ok(completion.stats.generatedTokens < 20);
  });

  it('tells the lines that a search has found beside the answer, cut as that is, and none of a block', async () => {
    const script = { answer: 'a;', otherLines: ['b + c; ', 'b(', 'd'], info: { beam: 4 } };
    const others = async (marked: string) => {
      const found: Completion[] = [];
      const onOther = (completion: Completion) => found.push(completion);
      await complete(marked, script, { onOther });
      return found;
    };
    const found = await others('const x = █\n');
    assert.deepEqual(
      found.map(({ text }) => text),
      ['b + c;', 'b(', 'd'],
    );
    for (const { text, shape, tokens } of found) {
      assert.equal(shape, 'line');
      assert.equal(tokens.at(-1)?.end, text.length);
    }
    assert.deepEqual(await others('function f() {\n  █\n}\n'), []);
  });

  it('gives the text the line ends of the document, and the model LF', async () => {
    const { completion, request } = await complete('function f() {\r\n  █\r\n}\r\n', {
      answer: 'a();\n  b();\n}',
    });
    assert.equal(completion.text, 'a();\r\n  b();');
    assert.ok(!planText(request.plan).includes('\r'));
  });

  it('counts positions in UTF-16 units', async () => {
    const { completion } = await complete('"😀", f(█)', { answer: 'x);' });
    assert.deepEqual(completion.range, {
      start: { line: 0, character: 8 },
      end: { line: 0, character: 9 },
    });
    assert.equal(completion.text, 'x);');
  });

  it('puts an auto-closed bracket on a line of its own', async () => {
    const { completion } = await complete('  if (a) {█}', { answer: '\n    b();\n    c();' });
    assert.equal(completion.text, '\n    b();\n    c();\n  ');
    assert.deepEqual(completion.range.start, completion.range.end);
  });

  it('never adds a blank to a blank', async () => {
    const { completion } = await complete('return █', { answer: ' value;' });
    assert.equal(completion.text, 'value;');
  });

  it('keeps the blank of an indentation the model wants', async () => {
    const { completion } = await complete('if a:\n█', { answer: '    b()' });
    assert.equal(completion.text, '    b()');
  });

  it('gives the model the hole in its own layout', async () => {
    const { request } = await complete('a█b', { answer: '', info: { fim: 'spm' } });
    assert.equal(planText(request.plan), '<bos><fimSuffixFirst>b<fimMiddle>a');
  });

  it('streams exactly the text it resolves to', async () => {
    for (const [marked, answer] of [
      ['f(█, 10);', 'x, 10);'],
      ['function f() {\r\n  █\r\n}', 'a();\n  b();\n}'],
      ['  if (a) {█}', '\n    b();'],
      ['const x = █', 'a + b;  '],
    ] as const) {
      const pieces: string[] = [];
      const { completion } = await complete(marked, { answer }, { onText: (p) => pieces.push(p) });
      assert.equal(pieces.join(''), completion.text);
      assert.notEqual(completion.text, '');
    }
  });

  it('shows pieces before the end', async () => {
    const pieces: string[] = [];
    const answer = 'alpha + beta + gamma + delta;';
    await complete('const x = █', { answer }, { onText: (piece) => pieces.push(piece) });
    assert.ok(pieces.length > 3, JSON.stringify(pieces));
  });

  it('drops the line that the token limit cut through, but never the first', async () => {
    const answer = 'first(a, b);\n  second(c, d);';
    const pieces: string[] = [];
    const { completion } = await complete(
      'function f() {\n  █\n}',
      { answer },
      { maxTokens: 10, onText: (piece) => pieces.push(piece) },
    );
    assert.equal(completion.stats.reason, 'length');
    assert.equal(completion.text, 'first(a, b);');
    assert.equal(pieces.join(''), completion.text);
    const cut = await complete('function f() {\n  █\n}', { answer }, { maxTokens: 3 });
    assert.equal(cut.completion.text, 'first(a');
  });

  it('keeps a block on one line where one line is all that may be', async () => {
    const { completion } = await complete('  █\n', { answer: 'a();\n  b();' }, { maxLines: 1 });
    assert.equal(completion.text, 'a();');
  });

  it('asks for no more tokens than a quarter of the context', async () => {
    const { request } = await complete(
      '█',
      { answer: 'a', info: { contextLength: 100 } },
      { maxTokens: 1000 },
    );
    assert.equal(request.options.maxTokens, 25);
  });

  it('leaves the same room to the prompt of a line and of a block', async () => {
    const line = '  const value = compute(1, 2);\n';
    const marked = `${line.repeat(40)}█\n${line.repeat(40)}`;
    const script = { answer: 'a', info: { contextLength: 512 } };
    const more = { maxTokens: 96 };
    const asLine = await complete(marked, script, { ...more, shape: 'line' });
    const asBlock = await complete(marked, script, { ...more, shape: 'block' });
    assert.deepEqual(asLine.request.plan, asBlock.request.plan);
    assert.equal(asLine.request.options.maxTokens, 48);
    assert.equal(asBlock.request.options.maxTokens, 96);
  });

  it('cuts a long document where the plan before has cut it', async () => {
    const line = '  const value = compute(1, 2);\n';
    const script = { answer: 'a', info: { contextLength: 512 } };
    const planMemory = new PlanMemory();
    const plan = async (before: string) =>
      planText(
        (await complete(`${before}█\n`, script, { planMemory, plan: 'plain' })).request.plan,
      );
    const first = await plan(line.repeat(60));
    const { cuts } = planMemory.recall('file:///test.ts')!.hole;
    assert.ok(cuts.start > 0);
    let lines = 60;
    const cutAnew = async () => {
      const memory = new PlanMemory();
      await complete(`${line.repeat(++lines)}█\n`, script, { planMemory: memory, plan: 'plain' });
      return memory.recall('file:///test.ts')!.hole.cuts;
    };
    while ((await cutAnew()).start === cuts.start) assert.ok(lines < 80, 'the cut never moves');
    const more = line.repeat(lines - 60);
    assert.equal(
      await plan(line.repeat(lines)),
      first.replace('<fimSuffix>', `${more}<fimSuffix>`),
    );
    assert.deepEqual(planMemory.recall('file:///test.ts')?.hole.cuts, cuts);
  });

  it('says nothing where the answer is blank', async () => {
    const { completion } = await complete('const x = █', { answer: '  \n' });
    assert.equal(completion.text, '');
  });

  it('stops the engine when it is aborted, and offers nothing', async () => {
    const engine = new ScriptedEngine({ answer: 'a b c d e f', tokenMs: 1000 });
    const [document, offset] = documentOf('x = █');
    const abort = new AbortController();
    const running = completeAt(document, offset, engine, options, abort.signal);
    abort.abort();
    const completion = await running;
    assert.equal(completion.text, '');
    assert.equal(completion.stats.reason, 'aborted');
  });

  it('offers nothing where it is aborted after the last token', async () => {
    const abort = new AbortController();
    const onText = () => {
      abort.abort();
    };
    const engine = new ScriptedEngine({ answer: 'value(' });
    const [document, offset] = documentOf('x = █');
    const completion = await completeAt(
      document,
      offset,
      engine,
      { ...options, onText },
      abort.signal,
    );
    assert.equal((await engine.requests[0]!.generation.summary).reason, 'end');
    assert.deepEqual([completion.text, completion.stats.reason], ['', 'aborted']);
  });

  it('mixes in as much of what repeats as the model wants, also where it draws', async () => {
    const asked = async (more: Partial<CompletionOptions>) =>
      (await complete('let a = █', { answer: 'x', info: { copy: 0.5 } }, more)).request.options;
    assert.deepEqual((await asked({})).sampling, { copy: 0.5 });
    const drawn = await asked({ sampling: { temperature: 1 } });
    assert.deepEqual(drawn.sampling, { copy: 0.5, temperature: 1 });
  });

  it('searches over as many beginnings as the model wants, but not where it draws', async () => {
    const asked = async (info: { beam?: number }, more: Partial<CompletionOptions> = {}) =>
      (await complete('let a = █', { answer: 'x', info }, more)).request.options;
    assert.equal((await asked({ beam: 3 })).beam, 3);
    assert.equal((await asked({ beam: 3 }, { maxLines: 1 })).beam, 3);
    for (const plain of [
      await asked({}),
      await asked({ beam: 1 }),
      await asked({ beam: 3 }, { sampling: { temperature: 1 } }),
    ])
      assert.ok(!('beam' in plain));
  });

  it('offers nothing of an answer that the engine cut short', async () => {
    const engine = new ScriptedEngine({ answer: 'alpha + beta + gamma' });
    const closing: Engine = {
      info: engine.info,
      countTokens: (text) => engine.countTokens(text),
      hold: () => undefined,
      resident: () => 0,
      cacheUsage: () => engine.cacheUsage(),
      savePrefix: () => engine.savePrefix(),
      restorePrefix: (path) => engine.restorePrefix(path),
      close: () => engine.close(),
      generate: (plan, how) => {
        const generation = engine.generate(plan, how);
        return {
          summary: generation.summary,
          async *[Symbol.asyncIterator]() {
            for await (const token of generation) {
              yield token;
              await engine.close();
            }
          },
        };
      },
    };
    const [document, offset] = documentOf('x = █');
    const { text, stats } = await completeAt(document, offset, closing, options, never);
    assert.deepEqual([text, stats.reason], ['', 'aborted']);
  });

  it('reads the document before it waits', async () => {
    const [document, offset] = documentOf('f(█)\n');
    const engine = new ScriptedEngine({ answer: 'x', prefillMs: 5 });
    const running = completeAt(document, offset, engine, options, never);
    const { update } = (await import('vscode-languageserver-textdocument')).TextDocument;
    update(document, [{ text: '' }], 2);
    assert.deepEqual((await running).range.start, { line: 0, character: 2 });
  });

  it('passes on what the model says about itself where it cannot fill holes', async () => {
    const info = { fim: 'none', fimRemedy: 'Use Lite-Base.' } as const;
    await assert.rejects(complete('█', { answer: '', info }), (error) => {
      assert.ok(error instanceof EngineError);
      assert.match(error.message, /scripted cannot fill holes/);
      assert.equal(error.remedy, 'Use Lite-Base.');
      return true;
    });
  });

  it('rejects with the error of the engine', async () => {
    const answer = () => {
      throw new EngineError('the device is gone', 'Restart.');
    };
    await assert.rejects(complete('x = █', { answer }), /the device is gone/);
  });
});
