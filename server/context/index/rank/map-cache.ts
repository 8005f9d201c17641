import { pathToFileURL } from 'node:url';
import { languageFamilyOfFile } from '../scan/file-languages.js';
import type { FileTable, IndexedFile } from '../store/file-table.js';
import type { NameTable } from '../store/name-table.js';
import { fileGraph, joinGraphs, nameWeight, type NamedGraph } from './file-graph.js';
import { decodeDefinitions } from '../store/tags-record.js';
import type { RankedDefinition } from '../symbol-index.js';
import { rankNames } from './repository-map.js';

/** A graph that takes less than this to make is made anew whenever a file changes, milliseconds. */
const QUICK_MS = 5;
/** Any other is used for so many times the time it took, so that somebody who saves often does not pay for it at each key. */
const KEPT_FOR = 20;
/** Answers that are known. */
const MOST_ANSWERS = 32;

export interface RankQuery {
  /** Paths. */
  readonly open: readonly string[];
  readonly mentioned: readonly string[];
  readonly without: readonly string[];
  readonly limit: number;
}

interface Graph extends NamedGraph {
  readonly files: readonly IndexedFile[];
  /** Names by the graph's own numbers: those of the table may be given to other names meanwhile. */
  readonly names: readonly string[];
  readonly fileAt: ReadonlyMap<string, number>;
  readonly revision: number;
  readonly madeAt: number;
  readonly tookMs: number;
}

/** Remembers the graph of files, and what was asked of it. */
export class MapCache {
  private graph: Graph | undefined;
  private readonly answers = new Map<string, readonly RankedDefinition[]>();

  constructor(
    private readonly files: FileTable,
    private readonly names: NameTable,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @param revision another one whenever a file has changed */
  ranked(query: RankQuery, revision: number): readonly RankedDefinition[] {
    const graph = this.current(revision);
    const { open, mentioned, without, limit } = query;
    const key = JSON.stringify([unique(open), unique(mentioned), unique(without), limit]);
    const known = this.answers.get(key);
    const answer = known ?? definitionsOf(graph, query);
    this.answers.delete(key);
    this.answers.set(key, answer);
    for (const oldest of this.answers.keys()) {
      if (this.answers.size <= MOST_ANSWERS) break;
      this.answers.delete(oldest);
    }
    return answer;
  }

  private current(revision: number): Graph {
    const { graph } = this;
    const begun = this.now();
    if (graph?.revision === revision) return graph;
    if (graph && graph.tookMs > QUICK_MS && begun - graph.madeAt < KEPT_FOR * graph.tookMs)
      return graph;
    const made = this.make();
    const madeAt = this.now();
    this.graph = { ...made, revision, madeAt, tookMs: madeAt - begun };
    this.answers.clear();
    return this.graph;
  }

  private make(): Pick<Graph, 'files' | 'names' | 'fileAt' | 'graph' | 'nameIds'> {
    const families = new Map<string, IndexedFile[]>();
    // By path, so that neither ranks nor ties depend on who was indexed first.
    for (const file of this.files.all().sort((a, b) => (a.path < b.path ? -1 : 1))) {
      const family = languageFamilyOfFile(file.path);
      const members = families.get(family);
      if (members) members.push(file);
      else families.set(family, [file]);
    }
    const files = [...families.values()].flat();
    const weightOf = (name: number): number => nameWeight(this.names.text(name));
    const made = joinGraphs(
      [...families.values()].map((members) => fileGraph(members, this.names.bound, weightOf)),
    );
    const names = Array.from(made.nameIds, (name) => this.names.text(name));
    return { ...made, files, names, fileAt: new Map(files.map(({ path }, at) => [path, at])) };
  }
}

function definitionsOf(graph: Graph, query: RankQuery): RankedDefinition[] {
  const { open, mentioned, without, limit } = query;
  const filesOf = (paths: readonly string[]): Set<number> =>
    new Set(paths.flatMap((path) => graph.fileAt.get(path) ?? []));
  const wanted = new Set(mentioned);
  const nodes = graph.names.flatMap((name, node) => (wanted.has(name) ? [node] : []));
  const viewpoint = { open: filesOf(open), mentioned: nodes, without: filesOf(without) };
  const all: RankedDefinition[] = [];
  for (const { file: number, name, rank } of rankNames(graph.graph, viewpoint, limit)) {
    const file = graph.files[number];
    if (!file || all.length >= limit) break;
    const uri = pathToFileURL(file.path).href;
    for (const definition of decodeDefinitions(file.record))
      if (definition.name === graph.names[name]) all.push({ ...definition, uri, rank });
  }
  return all.slice(0, limit);
}

function unique(list: readonly string[]): string[] {
  return [...new Set(list)].sort();
}
