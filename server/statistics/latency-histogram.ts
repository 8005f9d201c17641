/**
 * How often something took how long, by the length of time: bucket i counts what took more than 2^((i−1)/8) and at most
 * 2^(i/8) milliseconds, bucket 0 what took at most one. Quantiles are right to 9 %, and histograms of two times can be
 * added.
 */
export type LatencyHistogram = Readonly<Record<number, number>>;

const STEPS = 8;
/** The bucket of an hour; what takes longer is counted there. */
export const LAST_BUCKET = Math.ceil(STEPS * Math.log2(3_600_000));

/** @param ms milliseconds, ≥ 0 */
export function withLatency(histogram: LatencyHistogram, ms: number): LatencyHistogram {
  const bucket = Math.min(LAST_BUCKET, Math.ceil(STEPS * Math.log2(Math.max(1, ms))));
  return { ...histogram, [bucket]: (histogram[bucket] ?? 0) + 1 };
}

export function addLatencies(a: LatencyHistogram, b: LatencyHistogram): LatencyHistogram {
  const sum: Record<number, number> = { ...a };
  for (const [bucket, count] of Object.entries(b)) {
    sum[Number(bucket)] = (sum[Number(bucket)] ?? 0) + count;
  }
  return sum;
}

/**
 * Milliseconds within which the share `q` (0 … 1) of all was done: the upper end of the bucket; `undefined` where nothing
 * was counted.
 */
export function latencyQuantile(histogram: LatencyHistogram, q: number): number | undefined {
  const buckets = Object.entries(histogram).map(([bucket, count]) => [Number(bucket), count]);
  const total = buckets.reduce((sum, [, count = 0]) => sum + count, 0);
  let left = Math.max(1, Math.ceil(q * total));
  for (const [bucket = 0, count = 0] of buckets.sort(([a = 0], [b = 0]) => a - b)) {
    left -= count;
    if (left <= 0) return 2 ** (bucket / STEPS);
  }
  return undefined;
}
