import type { FileDefinition, FileTags } from '../file-tags.js';
import { ByteReader, DamagedError } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';

/**
 * What the index knows of a file, as bytes: a few kilobytes a file, in memory, between threads and on disk alike. First
 * the strings that recur (names, kinds, containers), then definitions and references, which point to them. Offsets and
 * lines are differences from the definition before.
 */
export type TagsRecord = Uint8Array;

/** Changes with every change of the bytes: what another version wrote is not read. */
export const RECORD_VERSION = 1;

export function encodeTags(
  { definitions, references }: FileTags,
  writer = new ByteWriter(),
): Uint8Array<ArrayBuffer> {
  const strings = new Map<string, number>();
  const numberOf = (text: string): number => {
    const known = strings.get(text) ?? strings.size;
    strings.set(text, known);
    return known;
  };
  for (const { name } of definitions) numberOf(name);
  for (const { name } of references) numberOf(name);
  for (const { kind, container } of definitions) {
    numberOf(kind);
    if (container !== undefined) numberOf(container);
  }
  writer.number(strings.size);
  for (const text of strings.keys()) writer.text(text);
  writer.number(definitions.length);
  let before = { start: 0, line: 0 };
  for (const definition of definitions) {
    const { name, kind, container, start, end, line, signature } = definition;
    writer.number(numberOf(name));
    writer.number(numberOf(kind));
    writer.number(container === undefined ? 0 : numberOf(container) + 1);
    writer.number(start - before.start);
    writer.number(end - start);
    writer.number(line - before.line);
    writer.text(signature);
    before = definition;
  }
  writer.number(references.length);
  for (const { name, count } of references) {
    writer.number(numberOf(name));
    writer.number(count);
  }
  return writer.take();
}

/** What of a record is needed to find it again. */
export interface RecordNames {
  /** Each name once, in the order of their first definition. */
  readonly defined: readonly string[];
  readonly used: readonly { readonly name: string; readonly count: number }[];
}

/** @throws DamagedError */
export function decodeNames(record: TagsRecord): RecordNames {
  const reader = new ByteReader(record);
  const strings = readStrings(reader);
  const defined = new Set<string>();
  for (let left = reader.count(); left > 0; left--) {
    defined.add(stringAt(strings, reader.number()));
    for (let skipped = 0; skipped < 5; skipped++) reader.number();
    reader.skipText();
  }
  const used: { name: string; count: number }[] = [];
  for (let left = reader.count(); left > 0; left--)
    used.push({ name: stringAt(strings, reader.number()), count: reader.number() });
  return { defined: [...defined], used };
}

/** @throws DamagedError */
export function decodeDefinitions(record: TagsRecord): FileDefinition[] {
  const reader = new ByteReader(record);
  const strings = readStrings(reader);
  const definitions: FileDefinition[] = [];
  let start = 0;
  let line = 0;
  for (let left = reader.count(); left > 0; left--) {
    const name = stringAt(strings, reader.number());
    const kind = stringAt(strings, reader.number());
    const container = reader.number();
    start += reader.number();
    const end = start + reader.number();
    line += reader.number();
    definitions.push({
      ...{ name, kind, start, end, line, signature: reader.text() },
      ...(container > 0 && { container: stringAt(strings, container - 1) }),
    });
  }
  return definitions;
}

function readStrings(reader: ByteReader): string[] {
  const strings: string[] = [];
  for (let left = reader.count(); left > 0; left--) strings.push(reader.text());
  return strings;
}

function stringAt(strings: readonly string[], index: number): string {
  const text = strings[index];
  if (text === undefined) throw new DamagedError('a name is missing');
  return text;
}
