import type { NamedGraph } from './file-graph.js';
import { pageRank } from './pagerank.js';

/** A name in a file, and how much rank flows to it. */
export interface RankedName {
  /** Number of the file and of the name, as the graph was made with. */
  readonly file: number;
  readonly name: number;
  readonly rank: number;
}

export interface Viewpoint {
  /** Numbers of files. */
  readonly open: ReadonlySet<number>;
  /** Numbers of names. */
  readonly mentioned: ReadonlySet<number>;
  readonly without: ReadonlySet<number>;
}

/** How much more a use of a mentioned name weighs. */
const MENTIONED = 10;

/**
 * Definitions by the rank that flows to them, best first, seen from a viewpoint: walks begin at open files and at those
 * that define mentioned names. Ties are in the order of the files. A pure function of the graph and the viewpoint.
 */
export function rankNames(
  { graph, nameIds }: NamedGraph,
  { open, mentioned, without }: Viewpoint,
): RankedName[] {
  const { definersFrom, definer } = graph;
  const factor = new Float64Array(graph.names).fill(1);
  const personalisation = new Float64Array(graph.files);
  for (const file of open) personalisation[file] = 1;
  nameIds.forEach((name, node) => {
    if (!mentioned.has(name)) return;
    factor[node] = MENTIONED;
    const files = definer.subarray(definersFrom[node], definersFrom[node + 1]);
    for (const file of files)
      personalisation[file] = (personalisation[file] ?? 0) + 1 / files.length;
  });
  const { names } = pageRank(graph, factor, personalisation);
  const ranked: RankedName[] = [];
  nameIds.forEach((name, node) => {
    const rank = names[node] ?? 0;
    if (rank === 0) return;
    for (const file of definer.subarray(definersFrom[node], definersFrom[node + 1]))
      if (!without.has(file)) ranked.push({ file, name, rank });
  });
  return ranked.sort((a, b) => b.rank - a.rank || a.file - b.file);
}
