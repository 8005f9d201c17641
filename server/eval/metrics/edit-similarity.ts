/**
 * 1 − d / max(|a|, |b|), where d is the Levenshtein distance in code points: the fewest insertions, deletions and
 * substitutions of one that make `b` of `a`. 1 for equal texts, the empty ones among them; 0 for texts that have
 * nothing in common. O(|a| · |b|).
 */
export function editSimilarity(a: string, b: string): number {
  if (a === b) return 1;
  const [from, to] = [Array.from(a), Array.from(b)];
  return 1 - distance(from, to) / Math.max(from.length, to.length);
}

function distance(from: readonly string[], to: readonly string[]): number {
  // row[j]: from the characters so far to the first j of `to`.
  const row = Uint32Array.from({ length: to.length + 1 }, (_, j) => j);
  from.forEach((character, i) => {
    let diagonal = i;
    row[0] = i + 1;
    to.forEach((other, j) => {
      const above = row[j + 1] ?? 0;
      const substituted = diagonal + (character === other ? 0 : 1);
      row[j + 1] = Math.min(above + 1, (row[j] ?? 0) + 1, substituted);
      diagonal = above;
    });
  });
  return row[to.length] ?? 0;
}
