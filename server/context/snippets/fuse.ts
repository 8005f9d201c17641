import type { Finding } from './finding.js';

/** How much less a later place counts: with 60 it hardly matters where in a list something stands, and much in how many. */
const RANK_CONSTANT = 60;

/**
 * One ranking of several, best first, by reciprocal rank (Cormack, Clarke and Büttcher 2009): 1 / (60 + place), added up
 * over the rankings. What several have is one finding, and the first ranking that has it says where it comes from; of
 * equals the one that an earlier ranking has goes first.
 */
export function fuse(rankings: readonly (readonly Finding[])[]): Finding[] {
  const scores = new Map<string, { readonly finding: Finding; score: number }>();
  for (const ranking of rankings) {
    const seen = new Set<string>();
    for (const finding of ranking) {
      const key = `${finding.uri}\n${finding.text}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const known = scores.get(key) ?? { finding, score: 0 };
      known.score += 1 / (RANK_CONSTANT + seen.size);
      scores.set(key, known);
    }
  }
  return [...scores.values()].sort((a, b) => b.score - a.score).map(({ finding }) => finding);
}
