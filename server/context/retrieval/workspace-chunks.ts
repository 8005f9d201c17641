import { setImmediate as turn } from 'node:timers/promises';
import { ChunkIndex, type FoundChunk } from './chunk-index.js';
import { chunksOf, type Chunk, type Piece } from './chunks.js';

/** A file, and what tells whether it has changed. */
export interface SourceFile {
  readonly uri: string;
  /** What a person calls it. */
  readonly path: string;
  readonly stamp: string;
}

/** What reads the workspace. */
export interface ChunkSource {
  /** All files, in a fixed order. */
  files(): Promise<readonly SourceFile[]>;
  /** The text of one, and what it is cut at; undefined where it may not be read. */
  read(file: SourceFile): Promise<{ text: string; pieces: readonly Piece[] } | undefined>;
}

/** Most text that is read, UTF-16 units. */
const MOST_TEXT = 24_000_000;

/** Chunks of the workspace's files, brought up to date when somebody asks: nothing is read before that. */
export class WorkspaceChunks {
  private readonly index = new ChunkIndex();
  private readonly known = new Map<string, { readonly stamp: string; readonly length: number }>();
  private updating: Promise<void> | undefined;
  private whole = false;

  constructor(private readonly source: ChunkSource) {}

  /** Whether all of the workspace was read when it was last asked for. */
  get isComplete(): boolean {
    return this.whole;
  }

  /** Reads what has changed; others get their turn in between. */
  update(): Promise<void> {
    this.updating ??= this.read().finally(() => {
      this.updating = undefined;
    });
    return this.updating;
  }

  find(question: string, most: number): FoundChunk[] {
    return this.index.find(question, most);
  }

  at(uri: string, line: number): FoundChunk | undefined {
    return this.index.at(uri, line);
  }

  private async read(): Promise<void> {
    this.whole = false;
    const files = await this.source.files();
    const there = new Set(files.map(({ uri }) => uri));
    for (const uri of [...this.known.keys()]) if (!there.has(uri)) this.forget(uri);
    let room = MOST_TEXT - [...this.known.values()].reduce((sum, { length }) => sum + length, 0);
    let left = false;
    for (const file of files) {
      const known = this.known.get(file.uri);
      if (known?.stamp === file.stamp) continue;
      room += known?.length ?? 0;
      this.forget(file.uri);
      if (room <= 0) left = true;
      else room -= await this.take(file);
      await turn();
    }
    this.whole = !left;
  }

  private async take(file: SourceFile): Promise<number> {
    const read = await this.source.read(file);
    const text = read?.text ?? '';
    this.known.set(file.uri, { stamp: file.stamp, length: text.length });
    const lines = text.split(/\r\n|\r|\n/);
    const textOf = ({ first, last }: Chunk) => lines.slice(first, last + 1).join('\n');
    this.index.set(file.uri, file.path, chunksOf(text, read?.pieces ?? []), textOf);
    return text.length;
  }

  private forget(uri: string): void {
    this.index.delete(uri);
    this.known.delete(uri);
  }
}
