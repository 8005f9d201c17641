import { figuresByGroup } from '../metrics/figures-by-group.js';
import { percentilesOf } from '../../bench/statistics.js';
import type { Prediction } from '../prediction.js';

/** Means over some holes. Shares are 0 … 1; null stands where no hole tells. */
export interface Figures {
  readonly n: number;
  readonly exact: number | null;
  /** Where the true share of exact answers lies, as far as so many holes tell: Wilson's interval, 95 %. */
  readonly exactInterval: readonly [number, number] | null;
  /** Holes for which there was anything to show, and exact answers among those. */
  readonly shown: number | null;
  readonly exactShown: number | null;
  /** Of the holes whose gold is more than brackets, and how many those are. */
  readonly exactNonTrivial: number | null;
  readonly nNonTrivial: number;
  readonly editSimilarity: number | null;
  readonly stopsRight: number | null;
  readonly parsesClean: number | null;
  /** Share of the tests that were run and passed. */
  readonly passed: number | null;
  /** Holes where one of the candidates is exact, and how long those beside the first take; null where nobody asked for them. */
  readonly exactCandidate: number | null;
  readonly candidatesMsP50: number | null;
  /** Exact answers among the 30 % with the highest mean log-probability; null for few holes. */
  readonly exactConfident: number | null;
  readonly prefilledPerHole: number | null;
  /** Median over all keystrokes, and mean; null where typing was not measured. */
  readonly prefilledPerKeystroke: number | null;
  readonly prefilledPerKeystrokeP50: number | null;
  readonly generatedPerHole: number | null;
  readonly msP50: number | null;
  readonly msP95: number | null;
}

export interface Summary extends Figures {
  readonly byLanguage: Readonly<Record<string, Figures>>;
  readonly byKind: Readonly<Record<string, Figures>>;
}

/** The share of answers that count as confident. */
const CONFIDENT = 0.3;
/** Of fewer holes nobody can say which are the confident ones. */
const FEW = 10;

export function summarize(predictions: readonly Prediction[]): Summary {
  const grouped = (groupOf: (prediction: Prediction) => string | undefined) =>
    figuresByGroup(predictions, groupOf, figuresOf);
  return {
    ...figuresOf(predictions),
    byLanguage: grouped(({ language }) => language),
    byKind: grouped(({ kind }) => kind),
  };
}

function figuresOf(all: readonly Prediction[]): Figures {
  const telling = all.filter(({ nonTrivial }) => nonTrivial);
  const exact = shareOf(all, ({ exact }) => exact);
  const shown = all.filter(({ text }) => text.trim() !== '');
  const keystrokes = all.flatMap(({ keystrokeTokens }) => keystrokeTokens ?? []);
  const times = percentilesOf(all.map(({ ms }) => ms));
  const parsed = all.filter(({ parsesClean }) => parsesClean !== undefined);
  const offered = all.flatMap(({ candidates }) => candidates ?? []);
  const run = all.filter(({ verdict }) => verdict !== undefined);
  return {
    n: all.length,
    exact,
    exactInterval: exact === null ? null : wilson(exact, all.length),
    shown: shareOf(all, ({ text }) => text.trim() !== ''),
    exactShown: shareOf(shown, ({ exact }) => exact),
    exactNonTrivial: shareOf(telling, ({ exact }) => exact),
    nNonTrivial: telling.length,
    editSimilarity: mean(all.map(({ editSimilarity }) => editSimilarity)),
    stopsRight: shareOf(all, ({ stopsRight }) => stopsRight),
    parsesClean: shareOf(parsed, ({ parsesClean }) => parsesClean === true),
    passed: shareOf(run, ({ verdict }) => verdict === 'passed'),
    exactCandidate:
      offered.length === 0 ? null : shareOf(all, ({ candidates }) => candidates?.exact ?? false),
    candidatesMsP50: offered.length === 0 ? null : percentilesOf(offered.map(({ ms }) => ms)).p50,
    exactConfident: shareOf(mostConfident(all), ({ exact }) => exact),
    prefilledPerHole: mean(all.map(({ prefilledTokens }) => prefilledTokens)),
    prefilledPerKeystroke: mean(keystrokes),
    prefilledPerKeystrokeP50: keystrokes.length === 0 ? null : percentilesOf(keystrokes).p50,
    generatedPerHole: mean(all.map(({ generatedTokens }) => generatedTokens)),
    msP50: all.length === 0 ? null : times.p50,
    msP95: all.length === 0 ? null : times.p95,
  };
}

/** Answers without any token are never confident. Ties go by the order of the holes. */
function mostConfident(all: readonly Prediction[]): Prediction[] {
  if (all.length < FEW) return [];
  return all
    .filter(({ logProbability }) => logProbability !== null)
    .sort((a, b) => (b.logProbability ?? 0) - (a.logProbability ?? 0))
    .slice(0, Math.ceil(CONFIDENT * all.length));
}

export function mean(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function shareOf<T>(values: readonly T[], is: (value: T) => boolean): number | null {
  return mean(values.map((value) => (is(value) ? 1 : 0)));
}

/** Wilson's score interval for a share `p` of `n` ≥ 1 (Wilson 1927), 95 %. */
export function wilson(p: number, n: number): [number, number] {
  const z = 1.959964;
  const spread = z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  const [centre, scale] = [p + (z * z) / (2 * n), 1 + (z * z) / n];
  return [Math.max(0, (centre - spread) / scale), Math.min(1, (centre + spread) / scale)];
}
