import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Prediction } from '../../../server/eval/prediction.js';
import { notesOf, reportOf, tableOf } from '../../../server/eval/report/report.js';
import { summarize, wilson } from '../../../server/eval/report/summarize.js';
import { renderMarkdown, renderText } from '../../../server/eval/report/table.js';
import type { AnswerOptions } from '../../../server/eval/run/answer-hole.js';
import { ScriptedEngine } from '../../support/scripted-engine.js';

const prediction = (id: number, change: Partial<Prediction> = {}): Prediction => ({
  ...{ id: String(id), file: 'a.ts', language: 'typescript', gold: 'x', text: 'y', replaced: 0 },
  ...{ exact: false, nonTrivial: true, editSimilarity: 0, stopsRight: false },
  ...{ promptTokens: 100, prefilledTokens: 10, generatedTokens: 4, reason: 'stop', ms: 20 },
  ...{ logProbability: -1, ...change },
});
const options: AnswerOptions = {
  ...{
    plan: 'plain',
    typed: 0,
    keystrokes: false,
    candidates: false,
    shape: 'auto',
    workspace: false,
    confidence: 'off',
  },
  ...{ maxTokens: 96, maxLines: 8 },
};

describe('a summary', () => {
  it('is of all holes, of each language and of each kind', () => {
    const { byLanguage, byKind, ...all } = summarize([
      prediction(1, { exact: true, editSimilarity: 1, kind: 'line' }),
      prediction(2, { language: 'python', ms: 40 }),
      prediction(3, { exact: true, nonTrivial: false, kind: 'rest' }),
    ]);
    assert.deepEqual(
      [all.n, all.exact, all.exactNonTrivial, all.nNonTrivial],
      [3, 2 / 3, 1 / 2, 2],
    );
    assert.deepEqual([all.editSimilarity, all.prefilledPerHole, all.msP50], [1 / 3, 10, 20]);
    assert.deepEqual(Object.keys(byLanguage), ['python', 'typescript']);
    assert.deepEqual([byLanguage['python']?.n, byLanguage['typescript']?.exact], [1, 1]);
    assert.deepEqual(Object.keys(byKind), ['line', 'rest']);
  });

  it('says null where nothing tells', () => {
    const none = summarize([]);
    assert.deepEqual([none.n, none.exact, none.msP50, none.msP95], [0, null, null, null]);
    const one = summarize([prediction(1, { nonTrivial: false })]);
    assert.deepEqual(
      [one.exactNonTrivial, one.parsesClean, one.passed, one.prefilledPerKeystroke],
      [null, null, null, null],
    );
  });

  it('counts parses and tests where there were any', () => {
    const { parsesClean, passed } = summarize([
      prediction(1, { parsesClean: true, verdict: 'passed' }),
      prediction(2, { parsesClean: false, verdict: 'timeout' }),
      prediction(3),
    ]);
    assert.deepEqual([parsesClean, passed], [0.5, 0.5]);
  });

  it('counts holes where a candidate is exact, and times them, where they were asked for', () => {
    const offered = (id: number, exact: boolean, ms: number) =>
      prediction(id, { candidates: { exact, ms } });
    const { exactCandidate, candidatesMsP50 } = summarize([
      ...[offered(1, true, 10), offered(2, false, 30), offered(3, true, 20)],
      // Of this one there was not even a first.
      prediction(4),
    ]);
    assert.deepEqual([exactCandidate, candidatesMsP50], [0.5, 20]);
    assert.equal(summarize([prediction(1)]).exactCandidate, null);
  });

  it('looks at the most confident answers apart, if there are enough', () => {
    const some = Array.from({ length: 10 }, (_, i) =>
      prediction(i, { exact: i < 2, logProbability: i === 9 ? null : -i }),
    );
    assert.equal(summarize(some).exactConfident, 2 / 3);
    assert.equal(summarize(some.slice(0, 9)).exactConfident, null);
  });

  it('has the mean and the median of keystrokes', () => {
    const { prefilledPerKeystroke, prefilledPerKeystrokeP50 } = summarize([
      prediction(1, { keystrokeTokens: [1, 1, 10] }),
    ]);
    assert.deepEqual([prefilledPerKeystroke, prefilledPerKeystrokeP50], [4, 1]);
  });

  it("gives Wilson's interval for a share", () => {
    const [low, high] = wilson(0.5, 10);
    assert.ok(Math.abs(low - 0.2366) < 1e-4 && Math.abs(high - 0.7634) < 1e-4);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (n, x) => {
          const p = Math.round(x * n) / n;
          const [from, to] = wilson(p, n);
          assert.ok(from >= 0 && to <= 1 && from <= p + 1e-12 && p <= to + 1e-12);
        },
      ),
    );
  });
});

describe('a report', () => {
  const { info } = new ScriptedEngine({ answer: '' });
  const summary = summarize([prediction(1, { exact: true }), prediction(2, { language: 'go' })]);
  const nothing = { syntax: false, execute: false };

  it('keeps the fields that others read', () => {
    const report = reportOf(summary, 'd.jsonl', info, options, nothing);
    for (const key of ['exact', 'exactNonTrivial', 'editSimilarity', 'n', 'prefilledPerHole'])
      assert.equal(typeof (report as unknown as Record<string, unknown>)[key], 'number', key);
    for (const key of ['msP50', 'msP95'] as const) assert.equal(typeof report[key], 'number', key);
    assert.deepEqual(Object.keys(report.byLanguage), ['go', 'typescript']);
    assert.equal(report.schema, 1);
  });

  it('says what was not measured, and why', () => {
    const { missing } = reportOf(summary, 'd', info, options, nothing);
    assert.deepEqual(Object.keys(missing), [
      'parsesClean',
      'passed',
      'exactCandidate',
      'prefilledPerKeystroke',
    ]);
    const spm = reportOf(
      summary,
      'd',
      { ...info, fim: 'spm' },
      { ...options, plan: 'anchored' },
      nothing,
    );
    assert.match(notesOf(spm).notes.join('\n'), /anchor: the model reads the suffix first/);
  });

  it('leaves out columns that no row fills', () => {
    const [head] = tableOf(summary);
    assert.ok(!head?.includes('parses') && !head?.includes('passed'));
    const parsed = summarize([prediction(1, { parsesClean: true })]);
    assert.ok(tableOf(parsed)[0]?.includes('parses'));
  });

  it('names the settings', () => {
    const anchored = { ...options, plan: 'anchored', typed: 9, shape: 'gold' } as const;
    const { heading } = notesOf(reportOf(summary, 'd.jsonl', info, anchored, nothing));
    assert.match(
      heading,
      /^scripted · none \(scripted\) · 4096 tokens .* d\.jsonl · anchored plan, 9 char/,
    );
  });

  it('is in line on a terminal, and a table in a document', () => {
    const table = [
      ['', 'a', 'long'],
      ['row é', '10', '1'],
    ];
    assert.equal(renderText(table), '        a  long\nrow é  10     1\n');
    assert.equal(
      renderMarkdown(table),
      '|  | a | long |\n| --- | --: | --: |\n| row é | 10 | 1 |\n',
    );
  });
});
