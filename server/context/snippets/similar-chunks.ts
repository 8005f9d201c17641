import type { Finding } from './finding.js';
import { sameFamily, sameFile } from './language-family.js';
import { lineWindow } from './line-window.js';
import type { OpenDocuments, OpenText } from './open-documents.js';
import type { Surroundings } from './surroundings.js';

/** A stretch of whole lines, and the words in it. */
interface Chunk {
  readonly text: string;
  readonly words: ReadonlySet<string>;
}

/** Lines of a chunk, and how far the next one begins behind it: every place is in the middle of one. */
const LINES = 6;
const STRIDE = 3;
/** Lines before and behind the cursor's that a chunk is compared with, and UTF-16 units at most. */
const BEFORE = 5;
const BEHIND = 1;
const NEAR = 1000;
/** Words that have to be the same, as a share of all words of both. */
const SIMILAR = 0.15;
/** Most chunks that are answered. */
const MOST = 4;
/** Longer documents are data, UTF-16 units. */
const LONGEST = 500_000;

/** Stretches of open documents that look like the place somebody writes at. */
export class SimilarChunks {
  constructor(
    private readonly documents: OpenDocuments,
    private readonly chunks = new ChunkCache(),
  ) {}

  /** By the Jaccard index of their words with those around the cursor, the most similar first; none that overlap. */
  findings({ uri, text, offset }: Surroundings): Finding[] {
    const { start } = lineWindow(text, { start: offset, end: offset }, BEFORE);
    const { end } = lineWindow(text, { start: offset, end: offset }, BEHIND);
    const wanted = wordsOf(
      text.slice(Math.max(start, offset - NEAR), Math.min(end, offset + NEAR)),
    );
    const ranked = this.documents
      .all()
      .filter((other) => !sameFile(other.uri, uri) && sameFamily(other.uri, uri))
      .flatMap((other) =>
        this.chunks.of(other).map((chunk, at) => ({ source: other.uri, at, chunk })),
      )
      .map((each) => ({ ...each, score: jaccard(wanted, each.chunk.words) }))
      .filter(({ score }) => score >= SIMILAR)
      .sort((a, b) => b.score - a.score || compare(a.source, b.source) || a.at - b.at)
      .slice(0, MOST * LINES);
    return ranked
      .filter(
        ({ source, at }, rank) =>
          !ranked
            .slice(0, rank)
            .some(
              (better) => better.source === source && Math.abs(better.at - at) * STRIDE < LINES,
            ),
      )
      .slice(0, MOST)
      .map(({ source, chunk }) => ({
        ...{ uri: source, text: chunk.text, origin: 'tab' },
        isTrue: () => this.documents.get(source)?.getText().includes(chunk.text) ?? false,
      }));
  }
}

/** The chunks of documents, cut once for each version. */
export class ChunkCache {
  private readonly known = new WeakMap<OpenText, { version: number; chunks: readonly Chunk[] }>();

  of(document: OpenText): readonly Chunk[] {
    const known = this.known.get(document);
    if (known?.version === document.version) return known.chunks;
    const text = document.getText();
    const chunks = text.length > LONGEST ? [] : chunksIn(text);
    this.known.set(document, { version: document.version, chunks });
    return chunks;
  }
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

function chunksIn(text: string): Chunk[] {
  const lines = text.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? [];
  const chunks: Chunk[] = [];
  for (let from = 0; from === 0 || from + STRIDE < lines.length; from += STRIDE) {
    const chunk = lines
      .slice(from, from + LINES)
      .join('')
      .trimEnd();
    chunks.push({ text: chunk, words: wordsOf(chunk) });
  }
  return chunks;
}

function wordsOf(text: string): Set<string> {
  return new Set(text.match(/[\p{L}_$][\p{L}\p{N}_$]+/gu));
}

/** Size of what two sets share over the size of both together; 0 where both are empty. */
function jaccard(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  let shared = 0;
  for (const word of one) if (other.has(word)) shared++;
  return shared === 0 ? 0 : shared / (one.size + other.size - shared);
}
