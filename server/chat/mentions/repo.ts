import { setTimeout as sleep } from 'node:timers/promises';
import type { SymbolIndex } from '../../context/index/symbol-index.js';
import type { FoundChunk } from '../../context/retrieval/chunk-index.js';
import type { WorkspaceChunks } from '../../context/retrieval/workspace-chunks.js';
import type { OpenDocuments } from '../../context/snippets/open-documents.js';
import type { Question } from '../question-texts.js';
import type { ShownText } from '../shown-text.js';
import { linesOf } from './lines.js';
import { nothing, type MentionSource } from './mention-source.js';
import { parseMentions, type Mention } from './parse-mentions.js';
import { repositoryMap } from './repository-map.js';
import type { WorkspaceTexts } from './workspace-texts.js';

/** How long is waited for files that have not been read yet, milliseconds; later questions find more. */
const WAIT_MS = 10_000;
/** Chunks that are looked at, that are shown, and of one file. */
const [LOOKED_AT, SHOWN, OF_ONE_FILE] = [40, 10, 3];
/** Characters of all that is shown. */
const MOST_TEXT = 16_000;
/** Definitions of the map that say which of the chunks matter most. */
const MAP_SIZE = 200;
/** Of reciprocal rank fusion: how little the first places count more than the others. */
const RANK_OFFSET = 60;
/** The map knows nothing of the question: it decides between what fits nearly as well. */
const MAP_WEIGHT = 1 / 4;
/** A name that more places define says nothing about which is meant. */
const AMBIGUOUS = 3;

/** `@repo`: what the workspace says about a question, by its words, the names in it and the repository map. */
export class RepoMention implements MentionSource {
  constructor(
    private readonly texts: WorkspaceTexts,
    private readonly chunks: WorkspaceChunks,
    private readonly index: SymbolIndex,
    private readonly documents: OpenDocuments,
  ) {}

  async find(
    mention: Mention,
    { question, place }: Question,
    signal: AbortSignal,
  ): Promise<readonly ShownText[]> {
    const done = new AbortController();
    const wait = sleep(WAIT_MS, undefined, { signal: AbortSignal.any([signal, done.signal]) });
    await Promise.race([this.chunks.update(), wait]).catch(() => undefined);
    done.abort();
    const asked = parseMentions(question).reduce(
      (text, { text: it }) => text.replace(it, ' '),
      question,
    );
    const open = [...new Set([place?.uri ?? '', ...this.documents.all().map(({ uri }) => uri)])];
    const ranked = this.ranked(asked, open.filter(Boolean));
    const shown: ShownText[] = [];
    let room = MOST_TEXT;
    for (const chunk of fewOfOneFile(ranked).slice(0, SHOWN)) {
      const text = await this.show(mention, chunk);
      if (!text || text.text.length > room) continue;
      room -= text.text.length;
      shown.push(text);
    }
    const map = await repositoryMap(mention, this.index, this.texts, open.filter(Boolean));
    if (shown.length === 0 && !map)
      return nothing(mention, 'Nothing of the workspace fits the question.', 'workspace');
    const unread = this.chunks.isComplete
      ? []
      : nothing(mention, 'Not all of the workspace has been read yet.', 'workspace');
    return [...shown, ...(map ? [map] : []), ...unread];
  }

  private ranked(question: string, open: readonly string[]): FoundChunk[] {
    const byWords = this.chunks.find(question, LOOKED_AT);
    const names = namesIn(question);
    const byName = names
      .map((name) => this.index.definitions(name))
      .filter((found) => found.length <= AMBIGUOUS)
      .flat()
      .flatMap(({ uri, line }) => this.chunks.at(uri, line) ?? []);
    const candidates = new Set([...byWords, ...byName]);
    const byMap = this.index
      .map({ open, mentioned: names, limit: MAP_SIZE })
      .flatMap(({ uri, line }) => this.chunks.at(uri, line) ?? [])
      .filter((chunk) => candidates.has(chunk));
    const scores = new Map<FoundChunk, number>();
    for (const [ranking, weight] of [
      [byWords, 1],
      [byName, 1],
      [byMap, MAP_WEIGHT],
    ] as const)
      [...new Set(ranking)].forEach((chunk, rank) => {
        scores.set(chunk, (scores.get(chunk) ?? 0) + weight / (RANK_OFFSET + rank));
      });
    // What was found first stays in front of equals.
    return [...scores].sort(([, a], [, b]) => b - a).map(([chunk]) => chunk);
  }

  private async show(
    mention: Mention,
    { uri, first, last }: FoundChunk,
  ): Promise<ShownText | undefined> {
    const whole = await this.texts.read(uri);
    if (whole.text === undefined) return undefined;
    const lines = { first, last };
    const { text, note } = await this.texts.pass(uri, linesOf(whole.text, lines));
    if (text === undefined || text.trim() === '') return undefined;
    const label = this.texts.label(uri);
    const noted = note === undefined ? {} : { note };
    return { source: { uri, label, lines, mention: mention.text, ...noted }, text };
  }
}

/** What looks like a name of the code, and not like a word: `max_tokens`, `evictPages`, `area()`, code within a line. */
function namesIn(question: string): string[] {
  const words = question.matchAll(/(`?)([\p{L}_$][\p{L}\p{N}_$]{2,})(\(|`)?/gu);
  const names = [...words]
    .filter(
      ([, before, name = '', behind]) =>
        before !== '' || behind !== undefined || /[_$\p{N}]|\p{Ll}\p{Lu}/u.test(name),
    )
    .map(([, , name = '']) => name);
  return [...new Set(names)];
}

function fewOfOneFile(chunks: readonly FoundChunk[]): FoundChunk[] {
  const counts = new Map<string, number>();
  return chunks.filter(({ uri }) => {
    const count = (counts.get(uri) ?? 0) + 1;
    counts.set(uri, count);
    return count <= OF_ONE_FILE;
  });
}
