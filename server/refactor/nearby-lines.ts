/** Code around a part, whole lines; LF line ends. */
export interface Nearby {
  readonly before: string;
  readonly after: string;
}

/**
 * The lines next to a part that fit into a budget of tokens, more of those before it, of which the rest of what fits is
 * taken from the other side.
 */
export function nearbyLines(
  { before, after }: Nearby,
  budget: number,
  countTokens: (text: string) => number,
): Nearby {
  const share = Math.floor((budget * 2) / 3);
  const first = lastLines(before, share, countTokens);
  const behind = firstLines(after, budget - countTokens(first), countTokens);
  const rest = budget - countTokens(behind);
  return { before: lastLines(before, rest, countTokens), after: behind };
}

function lastLines(text: string, budget: number, countTokens: (text: string) => number): string {
  const lines = text.split('\n');
  const count = most(lines.length, (n) => countTokens(lines.slice(-n).join('\n')) <= budget);
  return count === 0 ? '' : lines.slice(-count).join('\n');
}

function firstLines(text: string, budget: number, countTokens: (text: string) => number): string {
  const lines = text.split('\n');
  const count = most(lines.length, (n) => countTokens(lines.slice(0, n).join('\n')) <= budget);
  return lines.slice(0, count).join('\n');
}

/** The largest n up to `limit` for which `fits` holds, which holds for all smaller ones; 0 where for none. */
function most(limit: number, fits: (n: number) => boolean): number {
  // By doubling first: a long text need not be counted to learn that some lines of it fit.
  let good = 0;
  let bad = 1;
  while (bad <= limit && fits(bad)) {
    good = bad;
    bad *= 2;
  }
  bad = Math.min(bad, limit + 1);
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (fits(middle)) good = middle;
    else bad = middle;
  }
  return good;
}
