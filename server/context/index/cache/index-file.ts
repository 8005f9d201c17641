import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { ByteReader, DamagedError } from '../store/byte-reader.js';
import { ByteWriter } from '../store/byte-writer.js';
import type { FileStamp } from '../store/file-table.js';
import { RECORD_VERSION, type TagsRecord } from '../store/tags-record.js';

/**
 * The index of a workspace as bytes: `magic · identity (32) · body · SHA-256 of all before it (32)`. The body is a count,
 * then of each file path, size, time and record (`ByteWriter`'s numbers). `identity` says what the records depend on:
 * where it is another, they are of no use.
 */
export interface StoredFile extends FileStamp {
  readonly path: string;
  readonly record: TagsRecord;
}

const MAGIC = Buffer.from(`LACUNA-INDEX-${RECORD_VERSION}\n`);
const HASH_BYTES = 32;
/** Work on so many bytes before the server's other work has its turn. */
const SLICE = 1 << 20;

/** The file in pieces of about a megabyte, to be written one after the other. */
export function* encodeIndex(
  files: readonly StoredFile[],
  identity: Uint8Array,
): Generator<Uint8Array> {
  const hash = createHash('sha256');
  const writer = new ByteWriter();
  const head = Buffer.concat([MAGIC, identity]);
  hash.update(head);
  yield head;
  writer.number(files.length);
  for (const { path, size, mtimeMs, record } of files) {
    writer.text(path);
    writer.double(size);
    writer.double(mtimeMs);
    writer.raw(record);
    if (writer.size < SLICE) continue;
    const piece = writer.take();
    hash.update(piece);
    yield piece;
  }
  const rest = writer.take();
  hash.update(rest);
  yield rest;
  yield hash.digest();
}

/**
 * Reads such a file, a slice at a time; records are views of `bytes`.
 *
 * @throws DamagedError (rejects) where it is another kind of file, another version's or damaged
 */
export async function decodeIndex(bytes: Uint8Array, identity: Uint8Array): Promise<StoredFile[]> {
  const end = bytes.length - HASH_BYTES;
  const start = MAGIC.length + identity.length;
  if (end < start || !MAGIC.equals(bytes.subarray(0, MAGIC.length)))
    throw new DamagedError('it is no index of this version');
  if (Buffer.compare(bytes.subarray(MAGIC.length, start), identity) !== 0)
    throw new DamagedError('it was made by other queries or for another workspace');
  const hash = createHash('sha256');
  for (let at = 0; at < end; at += SLICE) {
    hash.update(bytes.subarray(at, Math.min(at + SLICE, end)));
    await turn();
  }
  if (Buffer.compare(hash.digest(), bytes.subarray(end)) !== 0)
    throw new DamagedError('its checksum is wrong');
  const reader = new ByteReader(bytes.subarray(start, end));
  const files: StoredFile[] = [];
  for (let left = reader.count(); left > 0; left--) {
    const path = reader.text();
    const size = reader.double();
    files.push({ path, size, mtimeMs: reader.double(), record: reader.raw() });
    if (files.length % 1000 === 0) await turn();
  }
  return files;
}
