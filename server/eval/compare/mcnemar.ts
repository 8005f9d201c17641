/**
 * McNemar's exact test for two runs over the same holes (McNemar 1947; the binomial form): the probability that `onlyA`
 * and `onlyB`, the holes that one run alone got right, part as unevenly as that or more, were both runs equally good.
 * 1 where they never differ. Takes the holes for independent of each other.
 */
export function mcnemar(onlyA: number, onlyB: number): number {
  const n = onlyA + onlyB;
  const less = Math.min(onlyA, onlyB);
  // ln(n choose k) − n ln 2, from one k to the next: no factorial ever overflows.
  let log = -n * Math.LN2;
  let tail = 0;
  for (let k = 0; k <= less; k++) {
    tail += Math.exp(log);
    log += Math.log((n - k) / (k + 1));
  }
  return Math.min(1, 2 * tail);
}
