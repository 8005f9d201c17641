/**
 * Files and names as a graph with two kinds of nodes. A file leads to the names it uses, a name to the files that define
 * it. To go from a file over a name to a definer is the same as an edge between the two files; taken together, the edges of
 * a name that a thousand files use and a hundred define are 1,100 and not 100,000.
 */
export interface FileGraph {
  readonly files: number;
  readonly names: number;
  /** Uses of file f: places `usesFrom[f]` to `usesFrom[f + 1]` of `useName` and `useWeight`. */
  readonly usesFrom: Int32Array;
  readonly useName: Int32Array;
  /** Weight of the edge to each one of the name's definers, more than 0. */
  readonly useWeight: Float64Array;
  /** Definers of name n: places `definersFrom[n]` to `definersFrom[n + 1]` of `definer`; each name has one at least. */
  readonly definersFrom: Int32Array;
  readonly definer: Int32Array;
}

export interface PageRank {
  /** Of each file; together 1. */
  readonly files: Float64Array;
  /** What flows over each name to each one of its definers. */
  readonly names: Float64Array;
  /** False where the bound of iterations came first. */
  readonly converged: boolean;
}

export interface PageRankOptions {
  /** Probability that the walk goes on, less than 1. */
  readonly damping?: number;
  /** The sum of all changes of a step below which the ranks are taken for settled. */
  readonly tolerance?: number;
  readonly iterations?: number;
}

/**
 * Personalised PageRank by power iteration (Page, Brin, Motwani, Winograd 1999). Where a walk ends, or a file leads
 * nowhere, it begins anew at a file drawn by `personalisation`.
 *
 * @param nameFactor multiplies the weights of all uses of a name
 * @param personalisation of each file, none negative; where all are 0 every file counts the same
 */
export function pageRank(
  graph: FileGraph,
  nameFactor: Float64Array,
  personalisation: Float64Array,
  { damping = 0.85, tolerance = 1e-6, iterations = 100 }: PageRankOptions = {},
): PageRank {
  const { files } = graph;
  const start = normalised(personalisation);
  const share = useShares(graph, nameFactor);
  let rank: Float64Array = start;
  let names = flow(graph, share, rank);
  let converged = files === 0;
  for (let step = 0; step < iterations && !converged; step++) {
    const next = arrive(graph, names, damping);
    const lost = 1 - sum(next);
    let change = 0;
    for (let file = 0; file < files; file++) {
      next[file] = (next[file] ?? 0) + lost * (start[file] ?? 0);
      change += Math.abs((next[file] ?? 0) - (rank[file] ?? 0));
    }
    rank = next;
    names = flow(graph, share, rank);
    converged = change < tolerance;
  }
  return { files: rank, names, converged };
}

/** For each use, the part of its file's rank that goes to each definer. */
function useShares(graph: FileGraph, nameFactor: Float64Array): Float64Array {
  const { files, usesFrom, useName, useWeight, definersFrom } = graph;
  const share = new Float64Array(useName.length);
  for (let file = 0; file < files; file++) {
    const from = usesFrom[file] ?? 0;
    const to = usesFrom[file + 1] ?? 0;
    let total = 0;
    for (let use = from; use < to; use++) {
      const name = useName[use] ?? 0;
      const weight = (useWeight[use] ?? 0) * (nameFactor[name] ?? 0);
      share[use] = weight;
      total += weight * ((definersFrom[name + 1] ?? 0) - (definersFrom[name] ?? 0));
    }
    for (let use = from; use < to; use++) share[use] = (share[use] ?? 0) / total;
  }
  return share;
}

/** What goes from files to names, for each definer of them. */
function flow(graph: FileGraph, share: Float64Array, rank: Float64Array): Float64Array {
  const { files, usesFrom, useName } = graph;
  const names = new Float64Array(graph.names);
  for (let file = 0; file < files; file++) {
    const own = rank[file] ?? 0;
    if (own === 0) continue;
    const to = usesFrom[file + 1] ?? 0;
    for (let use = usesFrom[file] ?? 0; use < to; use++) {
      const name = useName[use] ?? 0;
      names[name] = (names[name] ?? 0) + own * (share[use] ?? 0);
    }
  }
  return names;
}

/** What of it arrives at the files. */
function arrive(graph: FileGraph, names: Float64Array, damping: number): Float64Array {
  const { definersFrom, definer } = graph;
  const files = new Float64Array(graph.files);
  for (let name = 0; name < graph.names; name++) {
    const each = damping * (names[name] ?? 0);
    if (each === 0) continue;
    const to = definersFrom[name + 1] ?? 0;
    for (let at = definersFrom[name] ?? 0; at < to; at++) {
      const file = definer[at] ?? 0;
      files[file] = (files[file] ?? 0) + each;
    }
  }
  return files;
}

function normalised(weights: Float64Array): Float64Array {
  const total = sum(weights);
  return total > 0
    ? weights.map((weight) => weight / total)
    : new Float64Array(weights.length).fill(1 / weights.length);
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
