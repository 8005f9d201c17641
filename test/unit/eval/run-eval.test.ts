import assert from 'node:assert/strict';
import type { EvalHole } from '../../../server/eval/hole.js';
import type { Prediction } from '../../../server/eval/prediction.js';
import { runEval, type EvalOptions } from '../../../server/eval/run/run-eval.js';
import { ProvenanceGate } from '../../../server/provenance/gate.js';
import { planText, ScriptedEngine } from '../../support/scripted-engine.js';

const gate = new ProvenanceGate(() => ({ folders: [], trusted: true }));
const options: EvalOptions = {
  ...{
    plan: 'plain',
    typed: 4,
    keystrokes: false,
    candidates: false,
    shape: 'auto',
    workspace: false,
    confidence: 'off',
  },
  ...{ maxTokens: 32, maxLines: 4 },
};
const hole: EvalHole = {
  ...{
    id: 'a',
    prefix: 'const one = 1;\nconst two = ',
    gold: 'one + one;',
    suffix: '\nuse(two);\n',
  },
  ...{ language: 'typescript', file: 'src/a.ts' },
};

async function predictions(
  engine: ScriptedEngine,
  holes: readonly EvalHole[],
  change: Partial<EvalOptions> = {},
  signal = new AbortController().signal,
): Promise<Prediction[]> {
  const all: Prediction[] = [];
  for await (const each of runEval(engine, { gate }, holes, { ...options, ...change }, signal))
    all.push(each);
  return all;
}

describe('an evaluation', () => {
  it('says whether any of the candidates is exact, where they are asked for', async () => {
    const engine = (second: string) =>
      new ScriptedEngine({ answer: 'one;\n', otherLines: [second, 'zero;'], info: { beam: 3 } });
    const of = async (second: string, candidates = true) =>
      (await predictions(engine(second), [hole], { candidates }))[0];
    const found = await of('one + one;');
    assert.deepEqual([found?.exact, found?.candidates?.exact], [false, true]);
    assert.ok((found?.candidates?.ms ?? -1) >= 0);
    assert.equal((await of('two;'))?.candidates?.exact, false);
    assert.equal((await of('one + one;', false))?.candidates, undefined);
  });

  it('marks each answer, and counts what it cost', async () => {
    const engine = new ScriptedEngine({ answer: 'one + one;\n' });
    const [prediction, ...rest] = await predictions(engine, [hole]);
    assert.equal(rest.length, 0);
    assert.ok(prediction);
    const { ms, promptTokens, scored, ...marks } = prediction;
    assert.ok(ms >= 0 && promptTokens > 10);
    assert.deepEqual(marks, {
      ...{ id: 'a', file: 'src/a.ts', language: 'typescript', gold: hole.gold, text: hole.gold },
      ...{ replaced: 0, exact: true, nonTrivial: true, editSimilarity: 1, stopsRight: true },
      ...{ prefilledTokens: promptTokens - 2, generatedTokens: 5, reason: 'stop' },
      logProbability: -0.1,
    });
    assert.deepEqual(
      scored?.tokens.map(({ end }) => end),
      [3, 4, 5, 9, 10],
    );
    assert.deepEqual(
      [scored.text, scored.shape, scored.exact, scored.model],
      [hole.gold, 'line', true, 'scripted'],
    );
  });

  it('holds back what the model is not sure of, and keeps it with the marks', async () => {
    const engine = new ScriptedEngine({ answer: 'one + one;\n', logProbability: -1 });
    const parts = (head: number | null) => {
      const limits = { whole: null, head };
      return { gate, thresholds: { line: limits, block: limits } };
    };
    const behind = async (head: number | null) => {
      const run = runEval(engine, parts(head), [hole], options, new AbortController().signal);
      const found: unknown[] = [];
      for await (const { text, exact, scored } of run) found.push(text, exact, scored?.text);
      return found;
    };
    assert.deepEqual(await behind(-1.5), ['one', false, 'one + one;']);
    assert.deepEqual(await behind(null), ['', false, 'one + one;']);
    assert.deepEqual(await behind(-9), ['one + one;', true, 'one + one;']);
  });

  it('warms the engine up with something else than a hole', async () => {
    const engine = new ScriptedEngine({ answer: 'x' });
    await predictions(engine, [hole]);
    assert.equal(engine.requests.length, 2);
    assert.doesNotMatch(planText(engine.requests[0]!.plan), /const/);
  });

  it('gives the model the document without the gold', async () => {
    const engine = new ScriptedEngine({ answer: 'x' });
    await predictions(engine, [hole]);
    assert.equal(
      planText(engine.requests[1]!.plan),
      `<bos><fimPrefix>${hole.prefix}<fimSuffix>${hole.suffix}<fimMiddle>`,
    );
  });

  it('anchors the plan at the start of the line that was being typed', async () => {
    const engine = new ScriptedEngine({ answer: 'x' });
    await predictions(engine, [hole], { plan: 'anchored', typed: 4 });
    assert.equal(
      planText(engine.requests[1]!.plan),
      `<bos><fimPrefix>const one = 1;\n<fimSuffix>${hole.suffix}<fimMiddle>const two = `,
    );
  });

  it('needs no anchor where the model reads the suffix first', async () => {
    const engine = new ScriptedEngine({ answer: 'x', info: { fim: 'spm' } });
    await predictions(engine, [hole], { plan: 'anchored' });
    assert.equal(
      planText(engine.requests[1]!.plan),
      `<bos><fimSuffixFirst>${hole.suffix}<fimMiddle>${hole.prefix}`,
    );
  });

  it('anchors documents with CRLF line ends', async () => {
    const engine = new ScriptedEngine({ answer: 'x' });
    const crlf = { ...hole, prefix: 'a;\r\nb;\r\n  c', suffix: '\r\n' };
    await predictions(engine, [crlf], { plan: 'anchored', typed: 5 });
    assert.equal(
      planText(engine.requests[1]!.plan),
      '<bos><fimPrefix>a;\n<fimSuffix>\n<fimMiddle>b;\n  c',
    );
  });

  it('counts what each keystroke prefills: the suffix again and again, unless it is anchored', async () => {
    const long = { ...hole, suffix: `\n${'call(two);\n'.repeat(30)}` };
    const cost = async (plan: 'plain' | 'anchored'): Promise<number[]> => {
      const engine = new ScriptedEngine({ answer: 'x' });
      const [prediction] = await predictions(engine, [long], { plan, keystrokes: true });
      return [...(prediction?.keystrokeTokens ?? [])];
    };
    const [plain, anchored] = [await cost('plain'), await cost('anchored')];
    assert.equal(plain.length, 4);
    assert.equal(anchored.length, plain.length);
    assert.ok(Math.min(...plain) > 150, String(plain));
    assert.ok(Math.max(...anchored) <= 3, String(anchored));
  });

  it('goes as far as the gold where it is told to', async () => {
    const engine = new ScriptedEngine({ answer: 'f(\n  1,\n);\nmore' });
    const shapes = async (gold: string) => {
      const [prediction] = await predictions(engine, [{ ...hole, gold }], { shape: 'gold' });
      return prediction?.text;
    };
    assert.equal(await shapes('a'), 'f(');
    assert.match((await shapes('a(\n b)')) ?? '', /\n/);
  });

  it('asks a parser and runs tests where it has them, and puts the answer into the file', async () => {
    const engine = new ScriptedEngine({ answer: 'one + one;' });
    const test = { source: 'def check(f): pass', entryPoint: 'f' };
    const programs: string[] = [];
    const [first, second] = await predictions(engine, [hole, { ...hole, id: 'b', test }], {
      syntax: { errors: () => Promise.resolve(0) },
      execute: (program) => {
        programs.push(program);
        return Promise.resolve('timeout');
      },
    });
    assert.deepEqual([first?.parsesClean, first?.verdict], [true, undefined]);
    assert.equal(second?.verdict, 'timeout');
    assert.deepEqual(programs, [`${hole.prefix}one + one;${hole.suffix}\n${test.source}\n`]);
  });

  it('counts a document that the gate keeps out of prompts as not answered', async () => {
    const engine = new ScriptedEngine({ answer: 'one + one;' });
    const [refused] = await predictions(engine, [{ ...hole, file: '.env' }], { keystrokes: true });
    assert.deepEqual([refused?.text, refused?.exact, refused?.reason], ['', false, 'refused']);
    assert.equal(refused?.promptTokens, 0);
  });

  it('takes any file name', async () => {
    const engine = new ScriptedEngine({ answer: 'one + one;' });
    const names = ['a b/ü.ts', '%', '\ud800.ts', ''].map((file, i) => ({
      ...hole,
      id: `${i}`,
      file,
    }));
    const all = await predictions(engine, names);
    assert.ok(all.every(({ exact }) => exact));
  });

  it('ends where it is aborted, and leaves out the hole it was at', async () => {
    const abort = new AbortController();
    const engine = new ScriptedEngine({
      answer: () => {
        if (engine.requests.length === 3) abort.abort();
        return 'x';
      },
    });
    const holes = ['a', 'b', 'c'].map((id) => ({ ...hole, id }));
    const done = await predictions(engine, holes, {}, abort.signal);
    assert.deepEqual(
      done.map(({ id }) => id),
      ['a'],
    );
  });
});
