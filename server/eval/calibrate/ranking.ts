import type { ScoredToken } from '../../completion/confidence/scored-tokens.js';
import { logLikelihood } from '../../completion/confidence/shown-length.js';
import type { Answered } from './read-answers.js';

/** What could be taken for how sure a model is of an answer. */
export const signals = {
  /** Of the text: the sum over its tokens. */
  joint: logLikelihood,
  mean: (tokens: readonly ScoredToken[]) => logLikelihood(tokens) / tokens.length,
  least: (tokens: readonly ScoredToken[]) =>
    Math.min(...tokens.map(({ logProbability }) => logProbability)),
  first: ([token]: readonly ScoredToken[]) => token?.logProbability ?? 0,
  fewTokens: (tokens: readonly ScoredToken[]) => -tokens.length,
} as const;

export type Signal = keyof typeof signals;

/**
 * How well each signal ranks exact answers above others: the area under the ROC curve, which is the share of pairs of an
 * exact and another answer in which the exact one has more of it, ties for half (Mann and Whitney 1947). 0.5 is chance;
 * null where there are no such pairs.
 */
export function rankings(answers: readonly Answered[]): Record<Signal, number | null> {
  const entries = Object.entries(signals).map(([name, signal]) => [
    name,
    areaUnderCurve(answers.map(({ tokens, exact }) => ({ value: signal(tokens), exact }))),
  ]);
  return Object.fromEntries(entries) as Record<Signal, number | null>;
}

function areaUnderCurve(
  points: readonly { readonly value: number; readonly exact: boolean }[],
): number | null {
  const values = (exact: boolean): number[] =>
    points.filter((point) => point.exact === exact).map(({ value }) => value);
  const [right, wrong] = [values(true), values(false)];
  if (right.length === 0 || wrong.length === 0) return null;
  const won = right.map((value) =>
    wrong.reduce((sum, other) => sum + (value > other ? 1 : value === other ? 0.5 : 0), 0),
  );
  return won.reduce((sum, each) => sum + each, 0) / (right.length * wrong.length);
}
