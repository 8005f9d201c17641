import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { EngineError } from '../../../server/engine/contract.js';
import { compareEdits, editsComparisonTable } from '../../../server/eval/edits/compare-edits.js';
import type { EditAnswer, EditPrediction } from '../../../server/eval/edits/edit-prediction.js';
import { editsNotes, editsReport, editsTable } from '../../../server/eval/edits/edits-report.js';
import { parseTasks } from '../../../server/eval/edits/parse-tasks.js';
import { parseEditPredictions } from '../../../server/eval/edits/read-edit-predictions.js';
import { runEdits, type EditsParts } from '../../../server/eval/edits/run-edits.js';
import { taskEditor } from '../../../server/eval/edits/task-editor.js';
import { summarizeEdits } from '../../../server/eval/edits/summarize-edits.js';
import type { EditTask } from '../../../server/eval/edits/task.js';
import { SyntaxService } from '../../../server/context/syntax/syntax-service.js';
import { comparisonNotes } from '../../../server/eval/compare/compare.js';
import { readLines } from '../../../server/eval/dataset/read-dataset.js';
import { ProvenanceGate } from '../../../server/provenance/gate.js';
import { findIsolation } from '../../../server/eval/execute/isolation.js';
import { defaultLimits, runProgram } from '../../../server/eval/execute/run-python.js';
import { chatScript } from '../../support/chat-script.js';
import { repository } from '../../support/run-cli.js';
import { planText, ScriptedEngine } from '../../support/scripted-engine.js';
import { grammars } from '../context/syntax/grammar-fixtures.js';

const canItEdit = {
  ...{ id: 7, name: 'add', full_name: '7_add', before: 'def add(a, b):\n    return a - b\n' },
  ...{ after: 'def add(a, b):\n    return a + b\n', tests: 'assert add(1, 2) == 3\n' },
  ...{ instruction_descriptive: 'Let it add.', instruction_lazy: 'broken' },
  taxonomy: { change_kind: 'corrective', libraries: [], topic: 'Math' },
};
const fix = {
  ...{ task_id: 'Python/0', entry_point: 'add', bug_type: 'operator misuse' },
  declaration: 'from typing import List\n\n\ndef add(a: int, b: int) -> int:\n',
  canonical_solution: '    return a + b\n',
  buggy_solution: '    return a - b\n',
  test: '\n\n\ndef check(add):\n    assert add(1, 2) == 3\n\ncheck(add)',
};
const parse = (...lines: readonly unknown[]): EditTask[] =>
  parseTasks(lines.map((line) => JSON.stringify(line)).join('\n'), 'x.jsonl', 'descriptive');
const only = <T>(all: readonly T[]): T => {
  assert.equal(all.length, 1);
  return all[0] as T;
};
const hasPython = spawnSync('python3', ['--version']).status === 0;

describe('a data set of edits', () => {
  it('reads CanItEdit: all of a file is selected, its tests come behind it', () => {
    assert.deepEqual(only(parse(canItEdit)), {
      ...{ id: '7_add', file: '7_add.py', language: 'python', kind: 'corrective' },
      ...{ instruction: 'Let it add.', before: canItEdit.before, gold: canItEdit.after },
      ...{ selected: { start: 0, end: canItEdit.before.length }, tests: canItEdit.tests },
    });
    const lazy = parseTasks(JSON.stringify(canItEdit), 'x', 'lazy');
    assert.equal(only(lazy).instruction, 'broken');
  });

  it('reads HumanEvalPack as a function with a bug, selected, and its tests below', () => {
    const task = only(parse(fix));
    const { start, end } = task.selected;
    assert.equal(
      `${task.before.slice(0, start)}█${task.before.slice(start, end)}█${task.before.slice(end)}`,
      'from typing import List\n\n\n█def add(a: int, b: int) -> int:\n    return a - b█\n\n' +
        'def check(add):\n    assert add(1, 2) == 3\n\ncheck(add)\n',
    );
    assert.equal(task.gold, task.before.replace('a - b', 'a + b'));
    assert.deepEqual(
      [task.kind, task.instruction, task.tests, task.file],
      ['operator misuse', 'Fix bugs in add.', '', 'Python_0.py'],
    );
  });

  it('calls the check of a test that does not call it, and runs nothing but Python', () => {
    const uncalled = { ...fix, test: 'def check(add):\n    pass\n' };
    assert.equal(only(parse(uncalled)).tests, 'check(add)\n');
    const script = only(
      parse({ ...fix, task_id: 'JavaScript/3', declaration: 'const add = (a, b) => {\n' }),
    );
    assert.deepEqual(
      [script.language, script.file, script.tests],
      ['javascript', 'JavaScript_3.js', undefined],
    );
    assert.equal(script.selected.start, 0);
  });

  for (const [what, line, why] of [
    ['no JSON', '{', /line 1 of x\.jsonl is no edit: it is no JSON object/],
    ['a hole', '{"prefix":"","suffix":"","gold":"a"}', /neither before and instruction_descr/],
    ['a field that is no text', JSON.stringify({ ...canItEdit, after: 1 }), /its after is no text/],
    [
      'a name that is code',
      JSON.stringify({ ...fix, entry_point: 'a()' }),
      /entry_point is no name/,
    ],
    ['another language', JSON.stringify({ ...fix, task_id: 'Cobol/1' }), /names none of Python, /],
    ['one id twice', `${JSON.stringify(fix)}\n${JSON.stringify(fix)}`, /line 2 .*was there before/],
    ['nothing', '\n', /holds no edits/],
  ] as const)
    it(`explains what is wrong with ${what}`, () => {
      assert.throws(
        () => parseTasks(line, 'x.jsonl', 'descriptive'),
        (error: unknown) => error instanceof EngineError && why.test(error.message),
      );
    });

  it('comes with the source, in both formats, with tests for every task', () => {
    const file = path.join(repository, 'eval', 'edits.jsonl');
    for (const wording of ['descriptive', 'lazy'] as const) {
      const tasks = parseTasks(readLines(file), file, wording);
      assert.ok(tasks.length >= 20);
      assert.ok(tasks.every(({ before, gold, tests }) => before !== gold && tests !== undefined));
    }
  });

  // Without python3 there is nothing to run.
  (hasPython ? it : it.skip)(
    'comes with tests that its own solutions pass, and that fail before',
    async function () {
      this.timeout(240_000);
      const file = path.join(repository, 'eval', 'edits.jsonl');
      const isolation = findIsolation();
      const limits = { ...defaultLimits, wallMs: 60_000 };
      for (const task of parseTasks(readLines(file), file, 'lazy')) {
        const run = (code: string, wallMs: number) =>
          runProgram(`${code}\n\n${task.tests ?? ''}`, 'python3', isolation, { ...limits, wallMs });
        assert.equal(await run(task.gold, 60_000), 'passed', task.id);
        assert.notEqual(await run(task.before, 1500), 'passed', task.id);
      }
    },
  );
});

describe('an evaluation of edits', () => {
  const tasks = parse(canItEdit, fix);
  const cost = { attempts: 1, generatedTokens: 10, tokensPerSecond: 5 };
  const run = async (
    edit: EditsParts['edit'],
    parts: Partial<EditsParts> = {},
    signal = new AbortController().signal,
  ): Promise<EditPrediction[]> => {
    const all: EditPrediction[] = [];
    const syntax = { errors: () => Promise.resolve(0) };
    for await (const each of runEdits(tasks, { edit, syntax, ...parts }, signal)) all.push(each);
    return all;
  };
  const gold = ({ gold: text }: EditTask): Promise<EditAnswer> =>
    Promise.resolve({ text, ...cost });

  it('marks what comes back, and runs the tests with it', async () => {
    const programs: string[] = [];
    const [first, second] = await run(gold, {
      execute: (program) => {
        programs.push(program);
        return Promise.resolve('passed');
      },
    });
    assert.deepEqual([first?.exact, first?.parsesClean, first?.verdict], [true, true, 'passed']);
    assert.equal(second?.kind, 'operator misuse');
    assert.equal(programs.length, 4);
    assert.equal(programs[1], `${canItEdit.after}\n\n${canItEdit.tests}\n`);
  });

  it('counts what is refused as failed, with the reason', async () => {
    const refuse = () => Promise.resolve({ refusal: 'it does not parse', ...cost, attempts: 2 });
    const [first] = await run(refuse, { execute: () => Promise.resolve('passed') });
    assert.deepEqual(
      [first?.text, first?.refusal, first?.verdict, first?.exact, first?.parsesClean],
      [null, 'it does not parse', 'failed', false, undefined],
    );
  });

  it('says nothing of a test that the own solution of a task does not pass here', async () => {
    const [first, second] = await run(gold, {
      execute: (program) => Promise.resolve(/List/.test(program) ? 'failed' : 'passed'),
    });
    assert.deepEqual([first?.verdict, second?.verdict], ['passed', undefined]);
  });

  it('compares syntax errors with those of the own solution', async () => {
    const errors = (text: string) => Promise.resolve(text.includes('+') ? 1 : 2);
    const before = ({ before: text }: EditTask) => Promise.resolve({ text, ...cost });
    const marks = async (edit: EditsParts['edit']) =>
      (await run(edit, { syntax: { errors } })).map(({ parsesClean }) => parsesClean);
    assert.deepEqual(
      [await marks(gold), await marks(before)],
      [
        [true, true],
        [false, false],
      ],
    );
  });

  it('ends where it is aborted, also by an edit that then fails', async () => {
    const abort = new AbortController();
    const done = await run(
      (task) => {
        if (task.id === '7_add') return gold(task);
        abort.abort();
        return Promise.reject(new Error('cancelled'));
      },
      {},
      abort.signal,
    );
    assert.deepEqual(
      done.map(({ id }) => id),
      ['7_add'],
    );
  });

  it('passes on what fails for another reason', async () => {
    await assert.rejects(
      run(() => Promise.reject(new EngineError('the engine is closed', 'Start it.'))),
      /the engine is closed/,
    );
  });
});

describe('the editor of tasks', () => {
  const edit = async (answers: readonly string[], task: EditTask): Promise<EditAnswer> => {
    const gate = new ProvenanceGate(() => ({ folders: [], trusted: true }));
    const engine = chatScript(answers, { tokenMs: 1 });
    const editor = taskEditor(engine, { gate, syntax: new SyntaxService(grammars) });
    const answer = await editor(task, new AbortController().signal);
    assert.match(planText(engine.requests[0]!.plan), /Task: .*(?:Let it add|Fix bugs in add)/);
    return answer;
  };
  const block = (code: string): string => `\`\`\`python\n${code}\`\`\`\n`;

  it('puts the code of an answer where the selection was', async () => {
    for (const task of parse(canItEdit, fix)) {
      const fixed = task.gold.slice(
        task.selected.start,
        task.selected.end + task.gold.length - task.before.length,
      );
      const { text, attempts, generatedTokens, tokensPerSecond } = await edit(
        [block(`${fixed}\n`)],
        task,
      );
      assert.equal(text?.trimEnd(), task.gold.trimEnd());
      assert.equal(attempts, 1);
      assert.ok(generatedTokens > 5);
      assert.ok(tokensPerSecond !== null && tokensPerSecond > 0);
    }
  });

  it('says why there is no edit, and what that has cost', async () => {
    const broken = block('def add(a, b:\n');
    const answer = await edit([broken, broken], parse(canItEdit)[0]!);
    assert.match(answer.refusal ?? '', /^What the model wrote cannot be used: /);
    assert.equal(answer.attempts, 2);
    assert.ok(answer.generatedTokens > 10);
  });
});

const prediction = (id: string, change: Partial<EditPrediction> = {}): EditPrediction => ({
  ...{ id, file: `${id}.py`, language: 'python', instruction: 'x', text: 'y', exact: false },
  ...{ parsesClean: true, verdict: 'failed', attempts: 1, generatedTokens: 100 },
  ...{ tokensPerSecond: 50, ms: 2000, ...change },
});

describe('a report on edits', () => {
  const summary = summarizeEdits([
    prediction('a', { verdict: 'passed', exact: true, kind: 'corrective' }),
    prediction('b', { attempts: 2, generatedTokens: 200, tokensPerSecond: 200 }),
    prediction('c', {
      ...{ text: null, refusal: 'line 3, `a`b`, is no code', tokensPerSecond: null },
      verdict: 'failed',
    }),
    { ...prediction('d'), verdict: undefined } as unknown as EditPrediction,
  ]);

  it('is of all tasks, of each language and kind; those that could not be tested do not count', () => {
    assert.deepEqual([summary.n, summary.tested, summary.passed], [4, 3, 1 / 3]);
    assert.deepEqual([summary.refused, summary.atOnce, summary.exact], [0.25, 0.5, 0.25]);
    assert.deepEqual(summary.refusals, { 'line …, `…`, is no code': 1 });
    assert.deepEqual(Object.keys(summary.byKind), ['corrective']);
    assert.equal(summary.byLanguage['python']?.n, 4);
  });

  it('divides all tokens by all the time', () => {
    assert.equal(summary.tokensPerSecond, 400 / 5);
  });

  it('says null where nothing tells', () => {
    const none = summarizeEdits([]);
    assert.deepEqual(
      [none.n, none.passed, none.passedInterval, none.tokensPerSecond, none.msP50],
      [0, null, null, null, null],
    );
  });

  it('is a table, with what was refused and not tested below', () => {
    const { info } = new ScriptedEngine({ answer: '' });
    const report = editsReport(summary, 'x.jsonl', info, 'lazy', ['d']);
    const [head, all] = editsTable(report);
    assert.deepEqual(head?.slice(0, 4), ['', 'tasks', 'tested', 'passed']);
    assert.deepEqual(all?.slice(0, 4), ['all', '4', '3', '33.3 %']);
    const { heading, notes } = editsNotes(report);
    assert.match(heading, /^scripted · .* · x\.jsonl · lazy instructions$/);
    assert.match(
      notes.join('\n'),
      /^Not tested: 1, .*: d\.\nRefused 1 ×: line …, `…`, is no code$/,
    );
    assert.equal(report.schema, 1);
  });
});

describe('two runs of edits', () => {
  const lines = (...all: readonly EditPrediction[]): string =>
    all.map((each) => JSON.stringify(each)).join('\n');
  const read = (...all: readonly EditPrediction[]) => parseEditPredictions(lines(...all), 'p');

  it('are compared task by task, where both were tested', () => {
    const ids = Array.from({ length: 20 }, (_, i) => `${i}`);
    const a = read(...ids.map((id) => prediction(id)), prediction('alone'));
    const b = read(...ids.map((id) => prediction(id, { verdict: 'passed', ms: 1000 })));
    const comparison = compareEdits(a, b);
    assert.deepEqual([comparison.n, comparison.unpaired], [20, 1]);
    assert.deepEqual(
      [comparison.passed?.mean, comparison.passed?.n, comparison.mcnemar.onlyB],
      [1, 20, 20],
    );
    const [, row = []] = editsComparisonTable(comparison);
    assert.deepEqual([row[0], row.at(-1)], ['passed', 'B more']);
    assert.match(
      comparisonNotes(comparison, 'tasks', 'Passed').join('\n'),
      /^Passed in A alone: 0/,
    );
  });

  it('must be what this command wrote', () => {
    assert.throws(() => parseEditPredictions('{"id":"a"}', 'p'), /line 1 of p is no prediction/);
    const twice = lines(prediction('a'), prediction('a'));
    assert.throws(() => parseEditPredictions(twice, 'p'), /line 2 of p is there twice/);
  });
});
