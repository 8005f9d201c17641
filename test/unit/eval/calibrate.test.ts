import assert from 'node:assert/strict';
import { calibrate, checkThresholds } from '../../../server/eval/calibrate/calibrate.js';
import {
  levelsTable,
  rankingTable,
  riskCoverageTable,
} from '../../../server/eval/calibrate/calibration-tables.js';
import { chooseThresholds } from '../../../server/eval/calibrate/choose-thresholds.js';
import { gateFigures, shownBy, shownOf } from '../../../server/eval/calibrate/held-back.js';
import { rankings } from '../../../server/eval/calibrate/ranking.js';
import { readAnswers, type Answered } from '../../../server/eval/calibrate/read-answers.js';

/** `first` and `second` of two tokens; the gold is both, or the first and something else, or neither. */
function answer(
  at: number,
  [first, second]: readonly [number, number],
  gold: 'both' | 'first' | 'neither',
  shape: 'line' | 'block' = 'line',
): Answered {
  const golds = { both: 'one two', first: 'one three', neither: 'four' };
  return {
    file: `file-${at % 40}.ts`,
    ...{ text: 'one two', gold: golds[gold], shape, exact: gold === 'both', statementEnds: [] },
    tokens: [
      { end: 4, logProbability: first },
      { end: 7, logProbability: second },
    ],
  };
}

/** The surer, the more often right: of those with log-probability −k in all, one in k + 1. */
const calibrated = Array.from({ length: 600 }, (_, at) => {
  const unsure = at % 6;
  const right = Math.floor(at / 6) % (unsure + 1) === 0;
  return answer(at, [0, -unsure], right ? 'both' : 'first');
});

describe('calibration of confidence', () => {
  it('marks what is shown of an answer', () => {
    const marks = (
      whole: number | null,
      head: number | null,
      gold: 'both' | 'first' | 'neither',
    ) => {
      const { kind, right, exact, characters } = shownOf(answer(0, [-1, -2], gold), {
        whole,
        head,
      });
      return [kind, right, exact, characters];
    };
    assert.deepEqual(marks(-3, null, 'both'), ['whole', true, true, 7]);
    assert.deepEqual(marks(-3, null, 'first'), ['whole', false, false, 7]);
    assert.deepEqual(marks(-2, -1, 'both'), ['head', true, false, 3]);
    assert.deepEqual(marks(-2, -1, 'first'), ['head', true, false, 3]);
    assert.deepEqual(marks(-2, -1, 'neither'), ['head', false, false, 3]);
    assert.deepEqual(marks(-2, -0.5, 'both'), ['nothing', false, false, 0]);
  });

  it('shows as much as it can while enough of it is right', () => {
    const { line, block } = chooseThresholds(calibrated, 0.6);
    // Of the first three of six groups, 1 + 1/2 + 1/3 of 3 are right: 61 %.
    assert.equal(line.whole, -2);
    // The first word is right in all the others, too.
    assert.equal(line.head, 0);
    assert.deepEqual(block, { whole: null, head: null });
    const figures = gateFigures(shownBy(calibrated, { line, block }));
    assert.ok(Number(figures.right) >= 0.6);
    assert.equal(figures.shown, 1);
    assert.equal(figures.shortened, 0.5);
  });

  it('shows no whole text where none is right often enough', () => {
    const wrong = calibrated.map((each) => ({ ...each, exact: false }));
    assert.equal(chooseThresholds(wrong, 0.5).line.whole, null);
    const few = calibrated.slice(0, 19);
    assert.deepEqual(chooseThresholds(few, 0.1).line, { whole: null, head: null });
  });

  it('tells lines and blocks apart', () => {
    const blocks = calibrated.map((each) => ({ ...each, shape: 'block' as const, exact: false }));
    const { line, block } = chooseThresholds([...calibrated, ...blocks], 0.6);
    assert.equal(line.whole, -2);
    assert.equal(block.whole, null);
  });

  it('says what it would do to files that it has not seen', () => {
    const targets = { eager: 0.3, balanced: 0.6, strict: 0.9 };
    const report = calibrate({ model: 'm', fingerprint: 'f' }, calibrated, targets);
    assert.equal(report.files, 40);
    const { heldOut, fitted } = report.levels.balanced;
    assert.equal(heldOut.n, calibrated.length);
    assert.ok(Number(heldOut.right) > 0.5 && Number(fitted.right) >= 0.6);
    assert.ok(Number(report.off.right) < Number(report.levels.strict.heldOut.right));
    assert.equal(report.riskCoverage.line[0]?.shown, 1);
    const [surest] = report.riskCoverage.line.slice(-1);
    assert.deepEqual([surest?.probability, surest?.exact], [0.9, 1]);
    for (const table of [levelsTable(report), riskCoverageTable(report), rankingTable(report)])
      assert.ok(table.every((row) => row.length === table[0]?.length));
  });

  it('tries thresholds on other answers', () => {
    const limits = { whole: -2, head: null };
    const both = { line: limits, block: limits };
    const thresholds = { eager: both, balanced: both, strict: both };
    const check = checkThresholds({ model: 'm', fingerprint: 'f' }, calibrated, thresholds);
    assert.equal(check.levels.strict.heldOut.shown, 0.5);
    assert.equal(levelsTable(check).length, 5);
  });

  it('says what tells exact answers from others', () => {
    const { joint, mean, first, fewTokens } = rankings(calibrated);
    assert.ok(Number(joint) > 0.75 && Number(joint) < 1);
    assert.equal(mean, joint);
    assert.deepEqual([first, fewTokens], [0.5, 0.5]);
    assert.equal(rankings(calibrated.filter(({ exact }) => exact)).joint, null);
  });

  it('says nothing where nobody can', () => {
    assert.deepEqual(gateFigures([]).right, null);
    assert.deepEqual(gateFigures([]).rightInterval, null);
  });
});

describe('answers to calibrate with', () => {
  const { file, gold, ...scored } = answer(1, [-1, -2], 'both');
  const line = { file, gold, reason: 'stop', scored: { ...scored, model: 'm', fingerprint: 'f' } };
  const read = (...lines: unknown[]) =>
    readAnswers(lines.map((each) => JSON.stringify(each)).join('\n'), 'p.jsonl');

  it('are read with what generated them', () => {
    const { model, fingerprint, answers } = read(line, line);
    assert.deepEqual([model, fingerprint, answers.length], ['m', 'f', 2]);
    assert.deepEqual(answers[0]?.tokens, scored.tokens);
    assert.equal(answers[0].gold, gold);
  });

  it('leave out what was refused or is empty', () => {
    const empty = { ...line, scored: { ...line.scored, text: '' } };
    assert.equal(read(line, { reason: 'refused' }, empty).answers.length, 1);
  });

  it('are of one model that can be told from others', () => {
    const other = { ...line, scored: { ...line.scored, fingerprint: 'g' } };
    assert.throws(() => read(line, other), /several models/);
    const unknown = { ...line, scored: { ...line.scored, fingerprint: undefined } };
    assert.throws(() => read(unknown), /line 1 of p\.jsonl is no answer/);
    assert.throws(() => read(line, {}), /line 2/);
    assert.throws(() => read(), /no answers/);
  });
});
