import MiniSearch from 'minisearch';
import type { Chunk } from './chunks.js';
import { termsOf } from './terms.js';

/** A chunk of a file of the workspace. */
export interface FoundChunk extends Chunk {
  readonly uri: string;
}

interface IndexedChunk {
  readonly id: number;
  readonly text: string;
  readonly names: string;
  readonly path: string;
}

/** How much more a word counts in a name that is defined, and in a file's path. */
const BOOST = { text: 1, names: 2, path: 1.5 } as const;

/** Chunks by their words, in the order of BM25. */
export class ChunkIndex {
  private readonly chunks = new Map<number, FoundChunk>();
  private readonly byFile = new Map<string, readonly number[]>();
  private ids = 0;
  private readonly search = new MiniSearch<IndexedChunk>({
    fields: Object.keys(BOOST),
    tokenize: termsOf,
    processTerm: (term) => term,
    searchOptions: { boost: BOOST },
  });

  /** The chunks of a file from now on. @param textOf gives a chunk's text */
  set(uri: string, path: string, chunks: readonly Chunk[], textOf: (chunk: Chunk) => string): void {
    this.delete(uri);
    const ids = chunks.map((chunk) => {
      const id = this.ids++;
      this.chunks.set(id, { ...chunk, uri });
      this.search.add({ id, text: textOf(chunk), names: chunk.names.join(' '), path });
      return id;
    });
    this.byFile.set(uri, ids);
  }

  delete(uri: string): void {
    for (const id of this.byFile.get(uri) ?? []) {
      this.search.discard(id);
      this.chunks.delete(id);
    }
    this.byFile.delete(uri);
  }

  /** Those that share words with the question, the best first; ties by the order in which they were added. */
  find(question: string, most: number): FoundChunk[] {
    return this.search
      .search(question)
      .sort((a, b) => b.score - a.score || Number(a.id) - Number(b.id))
      .slice(0, most)
      .flatMap(({ id }) => this.chunks.get(Number(id)) ?? []);
  }

  /** The chunk of a file that a line is in. */
  at(uri: string, line: number): FoundChunk | undefined {
    return this.byFile
      .get(uri)
      ?.map((id) => this.chunks.get(id))
      .find((chunk) => chunk && chunk.first <= line && line <= chunk.last);
  }
}
