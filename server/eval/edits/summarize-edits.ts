import { figuresByGroup } from '../metrics/figures-by-group.js';
import { percentilesOf } from '../../bench/statistics.js';
import { mean, shareOf, wilson } from '../report/summarize.js';
import type { EditPrediction } from './edit-prediction.js';

/** Means over some tasks. Shares are 0 … 1; null stands where no task tells. */
export interface EditFigures {
  readonly n: number;
  /** Tasks whose tests were run, the share of them that passed, and Wilson's interval of that, 95 %. */
  readonly tested: number;
  readonly passed: number | null;
  readonly passedInterval: readonly [number, number] | null;
  readonly refused: number | null;
  /** Share for which the model was asked once and something was offered. */
  readonly atOnce: number | null;
  /** Share of what was offered, where there is a grammar. */
  readonly parsesClean: number | null;
  readonly exact: number | null;
  readonly generatedPerTask: number | null;
  /** All tokens over all the time in which they were generated. */
  readonly tokensPerSecond: number | null;
  readonly msP50: number | null;
  readonly msP95: number | null;
}

export interface EditSummary extends EditFigures {
  readonly byLanguage: Readonly<Record<string, EditFigures>>;
  readonly byKind: Readonly<Record<string, EditFigures>>;
  /** How often each refusal was given, whatever code and numbers it names. */
  readonly refusals: Readonly<Record<string, number>>;
}

export function summarizeEdits(predictions: readonly EditPrediction[]): EditSummary {
  const grouped = (groupOf: (prediction: EditPrediction) => string | undefined) =>
    figuresByGroup(predictions, groupOf, figuresOf);
  return {
    ...figuresOf(predictions),
    byLanguage: grouped(({ language }) => language),
    byKind: grouped(({ kind }) => kind),
    refusals: refusalsOf(predictions),
  };
}

function figuresOf(all: readonly EditPrediction[]): EditFigures {
  const tested = all.filter(({ verdict }) => verdict !== undefined);
  const passed = shareOf(tested, ({ verdict }) => verdict === 'passed');
  const parsed = all.filter(({ parsesClean }) => parsesClean !== undefined);
  const times = percentilesOf(all.map(({ ms }) => ms));
  return {
    n: all.length,
    tested: tested.length,
    passed,
    passedInterval: passed === null ? null : wilson(passed, tested.length),
    refused: shareOf(all, ({ text }) => text === null),
    atOnce: shareOf(all, ({ text, attempts }) => text !== null && attempts === 1),
    parsesClean: shareOf(parsed, ({ parsesClean }) => parsesClean === true),
    exact: shareOf(all, ({ exact }) => exact),
    generatedPerTask: mean(all.map(({ generatedTokens }) => generatedTokens)),
    tokensPerSecond: speedOf(all),
    msP50: all.length === 0 ? null : times.p50,
    msP95: all.length === 0 ? null : times.p95,
  };
}

function speedOf(all: readonly EditPrediction[]): number | null {
  let [tokens, seconds] = [0, 0];
  for (const { generatedTokens, tokensPerSecond } of all) {
    if (!tokensPerSecond) continue;
    tokens += generatedTokens;
    seconds += generatedTokens / tokensPerSecond;
  }
  return seconds > 0 ? tokens / seconds : null;
}

function refusalsOf(all: readonly EditPrediction[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { refusal } of all) {
    if (refusal === undefined) continue;
    const reason = refusal.replace(/`[^]*`/, '`…`').replaceAll(/\d+/g, '…');
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)));
}
