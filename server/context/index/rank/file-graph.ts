import type { FileGraph } from './pagerank.js';

/** A file as the graph sees it: names by number. */
export interface GraphFile {
  /** Each name once, in the order of the file. */
  readonly defined: Iterable<number>;
  /** Name and count by turns, each name once. */
  readonly used: ArrayLike<number>;
}

/** The graph, and which of the index's names its names are. */
export interface NamedGraph {
  readonly graph: FileGraph;
  /** The index's number of each name of the graph. */
  readonly nameIds: Int32Array;
}

/** Defined in more files, a name says little about any of them. */
const MANY_DEFINERS = 5;
const LONG_NAME = 8;

/**
 * The graph of files that lead to each other by names which one defines and another uses: a file that uses a name of its
 * own means its own. Weights are those of Aider's repository
 * map: the square root of the number of uses, times what `nameWeight` says, a tenth where more than five files define the
 * name. Of its other rules two are left out as they change next to nothing: what multiplies all edges of an open file
 * cancels where its edges are brought to a sum of 1, and definitions that nobody uses need no edge to themselves, since a
 * walk that ends begins anew.
 *
 * @param files in a fixed order: the order of sums depends on it, and so do their last bits
 * @param names the number of names, each below it
 */
export function fileGraph(
  files: readonly GraphFile[],
  names: number,
  weightOfName: (name: number) => number,
): NamedGraph {
  const definers = new Int32Array(names);
  const usedSomewhere = new Uint8Array(names);
  for (const { defined, used } of files) {
    for (const name of defined) definers[name] = (definers[name] ?? 0) + 1;
    for (let at = 0; at < used.length; at += 2) usedSomewhere[used[at] ?? 0] = 1;
  }
  // Numbered in the order of the files, so that nothing depends on who was indexed first.
  const nodeOf = new Int32Array(names).fill(-1);
  const nameIds: number[] = [];
  let definitions = 0;
  for (const { defined } of files)
    for (const name of defined) {
      if (usedSomewhere[name] === 0) continue;
      definitions++;
      if ((nodeOf[name] ?? 0) >= 0) continue;
      nodeOf[name] = nameIds.length;
      nameIds.push(name);
    }
  const definersFrom = new Int32Array(nameIds.length + 1);
  nameIds.forEach((name, node) => {
    definersFrom[node + 1] = (definersFrom[node] ?? 0) + (definers[name] ?? 0);
  });
  const definer = new Int32Array(definitions);
  const next = definersFrom.slice();
  const usesFrom = new Int32Array(files.length + 1);
  const useName: number[] = [];
  const useWeight: number[] = [];
  const definedBy = new Int32Array(names).fill(-1);
  files.forEach(({ defined, used }, file) => {
    for (const name of defined) {
      definedBy[name] = file;
      const node = nodeOf[name] ?? -1;
      if (node < 0) continue;
      const at = next[node] ?? 0;
      definer[at] = file;
      next[node] = at + 1;
    }
    for (let at = 0; at < used.length; at += 2) {
      const name = used[at] ?? 0;
      const node = nodeOf[name] ?? -1;
      if (node < 0 || definedBy[name] === file) continue;
      const many = (definers[name] ?? 0) > MANY_DEFINERS ? 0.1 : 1;
      useName.push(node);
      useWeight.push(Math.sqrt(used[at + 1] ?? 0) * weightOfName(name) * many);
    }
    usesFrom[file + 1] = useName.length;
  });
  return {
    graph: {
      ...{ files: files.length, names: nameIds.length, usesFrom, definersFrom, definer },
      useName: Int32Array.from(useName),
      useWeight: Float64Array.from(useWeight),
    },
    nameIds: Int32Array.from(nameIds),
  };
}

/** Graphs that have no edge between each other as one: files and names are numbered on. */
export function joinGraphs(graphs: readonly NamedGraph[]): NamedGraph {
  const parts = graphs.map(({ graph }) => graph);
  return {
    graph: {
      files: sum(parts.map(({ files }) => files)),
      names: sum(parts.map(({ names }) => names)),
      usesFrom: joinedStarts(parts.map(({ usesFrom }) => usesFrom)),
      useName: shifted(parts.map(({ useName, names }) => [useName, names])),
      useWeight: Float64Array.from(parts.flatMap(({ useWeight }) => [...useWeight])),
      definersFrom: joinedStarts(parts.map(({ definersFrom }) => definersFrom)),
      definer: shifted(parts.map(({ definer, files }) => [definer, files])),
    },
    nameIds: Int32Array.from(graphs.flatMap(({ nameIds }) => [...nameIds])),
  };
}

/** Each list without its last entry, from where the one before it ended; then the end of all. */
function joinedStarts(lists: readonly Int32Array[]): Int32Array {
  const starts = [0];
  for (const list of lists) {
    const from = starts.pop() ?? 0;
    for (const start of list) starts.push(from + start);
  }
  return Int32Array.from(starts);
}

/** Numbers one behind the other, each list's shifted by how many the lists before it count. */
function shifted(lists: readonly (readonly [Int32Array, number])[]): Int32Array {
  let from = 0;
  return Int32Array.from(
    lists.flatMap(([list, count]) => {
      const own = Array.from(list, (number) => from + number);
      from += count;
      return own;
    }),
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Long names made of words are chosen with care, those with a leading underscore are nobody else's. */
export function nameWeight(name: string): number {
  const words = /[a-z][A-Z]|[A-Za-z0-9][_-][A-Za-z0-9]/.test(name) && name.length >= LONG_NAME;
  return (words ? 10 : 1) * (name.startsWith('_') ? 0.1 : 1);
}
