import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { ConversationSummary } from '../../../protocol/chat.js';
import { summaryOf, withEvents, type ChatConversation } from '../conversation.js';
import type { ChatEvent } from '../events.js';
import { ConversationQuery } from '../search.js';
import {
  appendEvents,
  readConversation,
  removeConversation,
  sameStamp,
  stampOf,
  writeConversation,
  type FileStamp,
  type StoredConversation,
} from './conversation-file.js';
import { Latest } from './latest.js';

/** Most conversations that are kept in memory: the others are read again. */
const KEPT = 8;
/** Files that are read side by side. */
const SIDE_BY_SIDE = 16;
const ENDING = '.jsonl';
/** What an id looks like; nothing else is ever made a file's name of. */
const idPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

interface Kept {
  readonly conversation: ChatConversation;
  /** Absent while the conversation is not on the disk. */
  readonly stamp?: FileStamp;
  readonly whole: boolean;
}

interface KnownSummary {
  readonly summary: ConversationSummary;
  readonly stamp: FileStamp;
}

/**
 * The conversations of one workspace: a file for each, to which is added what happens in it. Another server may work on the same
 * ones: a file that has changed is read again. What cannot be written is kept in memory and told of; nobody's conversation
 * ends for it.
 */
export class ConversationStore {
  private readonly kept = new Latest<string, Kept>(KEPT);
  /** What is not on the disk: it is not let go of. */
  private readonly unsaved = new Map<string, Kept>();
  private readonly summaries = new Map<string, KnownSummary>();
  /** What this store has made of files: how they were then, or that they are gone. */
  private readonly written = new Map<string, FileStamp | 'removed'>();
  /** Changes come one after the other. */
  private last: Promise<unknown> = Promise.resolve();

  /**
   * @param folder without one nothing is kept beyond the life of this object
   * @param trouble told, in a sentence, what could not be written or read
   */
  constructor(
    private readonly folder: string | undefined,
    private readonly trouble: (message: string) => void,
  ) {}

  /** The latest first; with a query those that it finds, and where. */
  async list(query = ''): Promise<ConversationSummary[]> {
    const words = new ConversationQuery(query);
    const memory = [...this.unsaved.values()].map(({ conversation }) => conversation);
    const found: ConversationSummary[] = memory
      .filter(({ turns }) => turns.length > 0)
      .flatMap((each) => matching(each, words) ?? []);
    const ids = (await this.storedIds()).filter((id) => !this.unsaved.has(id));
    for (let at = 0; at < ids.length; at += SIDE_BY_SIDE) {
      const some = ids.slice(at, at + SIDE_BY_SIDE);
      const summaries = await Promise.all(some.map((id) => this.summary(id, words)));
      found.push(...summaries.flatMap((each) => each ?? []));
    }
    return found.sort((a, b) => b.changed - a.changed || (a.id < b.id ? -1 : 1));
  }

  /** Undefined where there is none of that id, or nothing of it can be read. */
  async get(id: string): Promise<ChatConversation | undefined> {
    await this.last;
    return (await this.load(id))?.conversation;
  }

  /** A new one, which is kept in memory until its first turn. */
  create(conversation: ChatConversation): void {
    this.unsaved.set(conversation.id, { conversation, whole: true });
  }

  /** The conversation with these events; undefined where there is none of that id. Never rejects. */
  append(id: string, events: readonly ChatEvent[]): Promise<ChatConversation | undefined> {
    return this.inTurn(async () => {
      const before = await this.load(id);
      if (!before) return undefined;
      const conversation = withEvents(before.conversation, events);
      await this.keep(id, before, conversation, (file) =>
        before.stamp
          ? appendEvents(file, events, before.whole)
          : writeConversation(file, conversation),
      );
      return conversation;
    });
  }

  /** Lets the disk forget what the conversation does not hold any more. Never rejects. */
  compact(id: string): Promise<void> {
    return this.inTurn(async () => {
      const kept = await this.load(id);
      if (kept?.stamp)
        await this.keep(id, kept, kept.conversation, (file) =>
          writeConversation(file, kept.conversation),
        );
    });
  }

  /** It is gone from the disk as well. @throws Error of the file system (rejects) */
  remove(id: string): Promise<void> {
    return this.inTurn(async () => {
      this.unsaved.delete(id);
      this.kept.delete(id);
      this.summaries.delete(id);
      const file = this.fileOf(id);
      if (file === undefined) return;
      await removeConversation(file);
      this.written.set(id, 'removed');
    });
  }

  /** Which conversations somebody else has changed, of these files that were changed by anybody. Never rejects. */
  changedElsewhere(names: readonly string[]): Promise<string[]> {
    return this.inTurn(async () => {
      const changed: string[] = [];
      for (const id of names.filter((name) => name.endsWith(ENDING)).map(idOf)) {
        const file = this.fileOf(id);
        if (file === undefined) continue;
        const stamp = await stampOf(file).catch(() => 'removed' as const);
        const known = this.written.get(id);
        this.written.set(id, stamp);
        const same =
          stamp === 'removed' || known === undefined || known === 'removed'
            ? stamp === known
            : sameStamp(stamp, known);
        if (!same) changed.push(id);
      }
      return changed;
    });
  }

  /** Resolves when all that was asked for is on the disk. */
  async settled(): Promise<void> {
    await this.last;
  }

  private async keep(
    id: string,
    before: Kept,
    conversation: ChatConversation,
    write: (file: string) => Promise<FileStamp>,
  ): Promise<void> {
    const file = conversation.turns.length > 0 || before.stamp ? this.fileOf(id) : undefined;
    if (file !== undefined)
      try {
        const stamp = await write(file);
        this.unsaved.delete(id);
        this.written.set(id, stamp);
        this.kept.set(id, { conversation, stamp, whole: true });
        return;
      } catch (error) {
        this.trouble(`A conversation cannot be kept in ${file}: ${String(error)}`);
      }
    // The next change writes all of it.
    this.unsaved.set(id, { conversation, whole: true });
    this.kept.delete(id);
  }

  private async load(id: string): Promise<Kept | undefined> {
    const unsaved = this.unsaved.get(id);
    if (unsaved) return unsaved;
    const file = this.fileOf(id);
    if (file === undefined) return undefined;
    try {
      const kept = this.kept.get(id);
      if (kept?.stamp && sameStamp(kept.stamp, await stampOf(file))) return kept;
      const read = await readConversation(file, id);
      if (read) this.kept.set(id, read);
      else this.kept.delete(id);
      return read;
    } catch (error) {
      this.kept.delete(id);
      this.tellUnlessGone(file, error);
      return undefined;
    }
  }

  private async summary(
    id: string,
    words: ConversationQuery,
  ): Promise<ConversationSummary | undefined> {
    const file = this.fileOf(id);
    if (file === undefined) return undefined;
    try {
      const known = this.summaries.get(id);
      const stamp = await stampOf(file);
      if (words.isEmpty && known && sameStamp(known.stamp, stamp)) return known.summary;
      const kept = this.kept.get(id);
      const current: StoredConversation | Kept | undefined =
        kept?.stamp && sameStamp(kept.stamp, stamp) ? kept : await readConversation(file, id);
      if (!current || current.conversation.turns.length === 0) return undefined;
      const { conversation } = current;
      this.summaries.set(id, {
        summary: summaryOf(conversation),
        stamp: current.stamp ?? stamp,
      });
      return matching(conversation, words);
    } catch (error) {
      this.tellUnlessGone(file, error);
      return undefined;
    }
  }

  private async storedIds(): Promise<string[]> {
    if (this.folder === undefined) return [];
    try {
      const names = await readdir(this.folder);
      return names
        .filter((name) => name.endsWith(ENDING))
        .map(idOf)
        .filter((id) => idPattern.test(id));
    } catch (error) {
      this.tellUnlessGone(this.folder, error);
      return [];
    }
  }

  private fileOf(id: string): string | undefined {
    return this.folder === undefined || !idPattern.test(id)
      ? undefined
      : path.join(this.folder, `${id}${ENDING}`);
  }

  private tellUnlessGone(file: string, error: unknown): void {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      this.trouble(`Conversations in ${file} cannot be read: ${String(error)}`);
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.last.then(work);
    this.last = result.catch(() => undefined);
    return result;
  }
}

function idOf(name: string): string {
  return name.slice(0, -ENDING.length);
}

function matching(
  conversation: ChatConversation,
  words: ConversationQuery,
): ConversationSummary | undefined {
  const summary = summaryOf(conversation);
  if (words.isEmpty) return summary;
  const excerpt = words.excerpt(conversation);
  return excerpt === undefined ? undefined : { ...summary, excerpt };
}
