import { quantile } from '../../bench/statistics.js';
import { Lcg } from '../../bench/prompts.js';

/** A hole's value in both runs. */
export interface Pair {
  /** Holes of one file go together: they are not independent. */
  readonly file: string;
  readonly a: number;
  readonly b: number;
}

export interface Difference {
  /** Mean of b minus mean of a. */
  readonly mean: number;
  /** Where the true difference lies, 95 %. */
  readonly interval: readonly [number, number];
}

const SAMPLES = 4000;

/**
 * The paired difference of two runs with its percentile bootstrap interval (Efron 1979), files drawn with
 * replacement. The same pairs always give the same interval. `undefined` for no pairs.
 */
export function pairedDifference(pairs: readonly Pair[]): Difference | undefined {
  if (pairs.length === 0) return undefined;
  const files = new Map<string, { sum: number; count: number }>();
  for (const { file, a, b } of pairs) {
    const group = files.get(file) ?? { sum: 0, count: 0 };
    files.set(file, { sum: group.sum + b - a, count: group.count + 1 });
  }
  const groups = [...files.values()];
  const random = new Lcg('bootstrap');
  const means = Array.from({ length: SAMPLES }, () => {
    let [sum, count] = [0, 0];
    for (let draw = 0; draw < groups.length; draw++) {
      const group = groups[random.below(groups.length)];
      sum += group?.sum ?? 0;
      count += group?.count ?? 0;
    }
    return sum / count;
  }).sort((x, y) => x - y);
  const mean = pairs.reduce((sum, { a, b }) => sum + b - a, 0) / pairs.length;
  return { mean, interval: [quantile(means, 0.025), quantile(means, 0.975)] };
}
