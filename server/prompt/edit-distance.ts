/**
 * The smallest number of elements to insert, delete or replace that make `before` the beginning of `after`, or the whole
 * of it where `whole` is set; `undefined` where it is more than `most`. Takes O(length + most²) steps: furthest-reaching
 * points on diagonals (Ukkonen, "Algorithms for approximate string matching", 1985).
 */
export function editDistance<T>(
  before: readonly T[],
  after: readonly T[],
  most: number,
  whole: boolean,
): number | undefined {
  // By diagonal (place in `after` − place in `before`, shifted so that none is negative, with a border on either side): how
  // far `before` is matched after the present number of edits.
  const middle = most + 1;
  const size = 2 * middle + 1;
  let reached = new Int32Array(size).fill(UNREACHED);
  for (let edits = 0; edits <= most; edits++) {
    const next = new Int32Array(size).fill(UNREACHED);
    for (let diagonal = -edits; diagonal <= edits; diagonal++) {
      const at = slide(before, after, furthest(reached, middle + diagonal, edits), diagonal);
      if (at === before.length && (!whole || at + diagonal === after.length)) return edits;
      next[middle + diagonal] = at;
    }
    reached = next;
  }
  return undefined;
}

const UNREACHED = -2;

/** How far one more edit leads on a diagonal: from it, from the one below by an insertion, from the one above by a deletion. */
function furthest(reached: Int32Array, index: number, edits: number): number {
  if (edits === 0) return 0;
  const on = reached[index] ?? UNREACHED;
  const below = reached[index - 1] ?? UNREACHED;
  const above = reached[index + 1] ?? UNREACHED;
  return Math.max(on + 1, below, above + 1);
}

/** From `from` as far as both agree; not reached where that is outside of them. */
function slide<T>(
  before: readonly T[],
  after: readonly T[],
  from: number,
  diagonal: number,
): number {
  let at = Math.min(from, before.length, after.length - diagonal);
  if (at < 0 || at + diagonal < 0) return UNREACHED;
  while (
    at < before.length &&
    at + diagonal < after.length &&
    before[at] === after[at + diagonal]
  ) {
    at++;
  }
  return at;
}
