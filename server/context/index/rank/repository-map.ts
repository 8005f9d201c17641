import { pageRank, type FileGraph } from './pagerank.js';

/** A name in a file, and how much rank flows to it; both by the graph's numbers. */
export interface RankedName {
  readonly file: number;
  readonly name: number;
  readonly rank: number;
}

export interface Viewpoint {
  readonly open: ReadonlySet<number>;
  /** Each once. */
  readonly mentioned: readonly number[];
  readonly without: ReadonlySet<number>;
}

/** How much more a use of a mentioned name weighs. */
const MENTIONED = 10;

/**
 * Definitions by the rank that flows to them, best first, seen from a viewpoint: walks begin at open files and at those
 * that define mentioned names. Ties are in the order of the graph. A pure function of the graph and the viewpoint.
 */
export function rankNames(
  graph: FileGraph,
  { open, mentioned, without }: Viewpoint,
  limit: number,
): RankedName[] {
  const { definersFrom, definer } = graph;
  const definersOf = (name: number): Int32Array =>
    definer.subarray(definersFrom[name], definersFrom[name + 1]);
  const factor = new Float64Array(graph.names).fill(1);
  const start = new Float64Array(graph.files);
  for (const file of open) start[file] = 1;
  for (const name of mentioned) {
    factor[name] = MENTIONED;
    const files = definersOf(name);
    for (const file of files) start[file] = (start[file] ?? 0) + 1 / files.length;
  }
  const { names } = pageRank(graph, factor, start);
  const best = new Best(limit);
  for (let name = 0; name < graph.names; name++) {
    const rank = names[name] ?? 0;
    if (!best.takes(rank)) continue;
    for (const file of definersOf(name)) if (!without.has(file)) best.add({ file, name, rank });
  }
  return best.list;
}

/** The best so many of what is added, best first: few of very many, so that sorting all of them would be a waste. */
class Best {
  readonly list: RankedName[] = [];

  constructor(private readonly most: number) {}

  takes(rank: number): boolean {
    return rank > 0 && (this.list.length < this.most || rank > (this.list.at(-1)?.rank ?? rank));
  }

  /** Behind those of the same rank. */
  add(name: RankedName): void {
    if (!this.takes(name.rank)) return;
    let at = this.list.length;
    while (at > 0 && (this.list[at - 1]?.rank ?? 0) < name.rank) at--;
    this.list.splice(at, 0, name);
    if (this.list.length > this.most) this.list.pop();
  }
}
