import { open, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { makePrivateFolder, writePrivately } from '../../state/private-file.js';
import { emptyConversation, eventsOf, withEvents, type ChatConversation } from '../conversation.js';
import { parseEvent, type ChatEvent } from '../events.js';

/** Tells whether somebody has changed a file meanwhile. */
export interface FileStamp {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ino: number;
}

/** What a file held when it was read or written last. */
export interface StoredConversation {
  readonly conversation: ChatConversation;
  readonly stamp: FileStamp;
  /** Whether its last line is whole; what is added to one that is not begins on a line of its own. */
  readonly whole: boolean;
}

/**
 * Reads a conversation, as far as its file is undamaged: a line that says nothing, such as one that was being written when the
 * power went, is passed over. Undefined where the file says nothing at all.
 *
 * @throws Error of the file system (rejects)
 */
export async function readConversation(
  file: string,
  id: string,
): Promise<StoredConversation | undefined> {
  const stamp = await stampOf(file);
  const text = await readFile(file, 'utf8');
  const events = text.split('\n').flatMap((line) => (line === '' ? [] : (parseEvent(line) ?? [])));
  const [first] = events;
  if (!first) return undefined;
  const created = 'at' in first ? first.at : 0;
  const conversation = withEvents(emptyConversation(id, created), events);
  return { conversation, stamp, whole: text.endsWith('\n') };
}

/**
 * Adds events at the end of a conversation's file, which this user alone may read, and makes it where there is none. Others
 * may add to it at the same time: lines are never mixed.
 *
 * @throws Error of the file system (rejects)
 */
export async function appendEvents(
  file: string,
  events: readonly ChatEvent[],
  whole = true,
): Promise<FileStamp> {
  await makePrivateFolder(path.dirname(file));
  const handle = await open(file, 'a', 0o600);
  try {
    const lines = events.map((event) => `${JSON.stringify(event)}\n`).join('');
    await handle.appendFile(whole ? lines : `\n${lines}`);
    const { size, mtimeMs, ino } = await handle.stat();
    return { size, mtimeMs, ino };
  } finally {
    await handle.close();
  }
}

/**
 * Writes a conversation anew, without what it does not hold any more.
 *
 * @throws Error of the file system (rejects)
 */
export async function writeConversation(
  file: string,
  conversation: ChatConversation,
): Promise<FileStamp> {
  const lines = eventsOf(conversation).map((event) => `${JSON.stringify(event)}\n`);
  await writePrivately(file, lines.join(''));
  return stampOf(file);
}

/** @throws Error of the file system (rejects), but not where there is none */
export async function removeConversation(file: string): Promise<void> {
  await rm(file, { force: true });
}

/** @throws Error of the file system (rejects) */
export async function stampOf(file: string): Promise<FileStamp> {
  const { size, mtimeMs, ino } = await stat(file);
  return { size, mtimeMs, ino };
}

export function sameStamp(one: FileStamp, other: FileStamp): boolean {
  return one.size === other.size && one.mtimeMs === other.mtimeMs && one.ino === other.ino;
}
