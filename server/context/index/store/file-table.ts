import type { RecordNames, TagsRecord } from './tags-record.js';
import type { NameTable } from './name-table.js';

/** Of what a file was when it was read. */
export interface FileStamp {
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970, with what the file system has behind the point. */
  readonly mtimeMs: number;
}

export interface IndexedFile extends FileStamp {
  readonly path: string;
  readonly record: TagsRecord;
  /** Numbers of names, each once. */
  readonly defined: Int32Array;
  /** Number of a name and how often it is used, by turns. */
  readonly used: Int32Array;
}

/** A file with its names by number. They are held until `releaseNames`. */
export function holdNames(
  path: string,
  { size, mtimeMs }: FileStamp,
  record: TagsRecord,
  { defined, used }: RecordNames,
  names: NameTable,
): IndexedFile {
  const pairs = new Int32Array(2 * used.length);
  used.forEach(({ name, count }, index) => {
    pairs[2 * index] = names.hold(name);
    pairs[2 * index + 1] = count;
  });
  const numbers = Int32Array.from(defined, (name) => names.hold(name));
  return { path, size, mtimeMs, record, defined: numbers, used: pairs };
}

export function releaseNames({ defined, used }: IndexedFile, names: NameTable): void {
  for (const name of defined) names.release(name);
  for (let at = 0; at < used.length; at += 2) names.release(used[at] ?? 0);
}

/** Files by number and by path. */
export class FileTable {
  private readonly numbers = new Map<string, number>();
  private readonly files: (IndexedFile | undefined)[] = [];
  private readonly free: number[] = [];

  /** The path must be new. */
  add(file: IndexedFile): number {
    const number = this.free.pop() ?? this.files.length;
    this.numbers.set(file.path, number);
    this.files[number] = file;
    return number;
  }

  remove(number: number): void {
    const file = this.files[number];
    if (!file) return;
    this.numbers.delete(file.path);
    this.files[number] = undefined;
    this.free.push(number);
  }

  find(path: string): number | undefined {
    return this.numbers.get(path);
  }

  at(number: number): IndexedFile | undefined {
    return this.files[number];
  }

  get size(): number {
    return this.numbers.size;
  }

  all(): IndexedFile[] {
    return this.files.filter((file) => file !== undefined);
  }
}
