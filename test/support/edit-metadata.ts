/** Puts texts into the metadata of a GGUF file. */

const STRING = 8;
const ARRAY = 9;
/** Bytes of a value by GGUF's number of its type; 0 where it says its own length. */
const BYTES = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8] as const;
const ALIGNMENT = 32;

/** A copy of a file of version 3 in which these keys have these texts, and those that are `undefined` are left out. */
export function editMetadata(
  file: Buffer,
  texts: Readonly<Record<string, string | undefined>>,
): Buffer {
  const tensors = Number(file.readBigUInt64LE(8));
  const entries = Number(file.readBigUInt64LE(16));
  const kept: Buffer[] = [];
  let at = 24;
  for (let i = 0; i < entries; i++) {
    const from = at;
    const key = stringAt(file, at);
    at = valueEnd(file, at + 8 + Buffer.byteLength(key));
    if (!Object.hasOwn(texts, key)) kept.push(file.subarray(from, at));
  }
  const infos = at;
  for (let i = 0; i < tensors; i++) {
    at += 8 + Number(file.readBigUInt64LE(at));
    at += 4 + 8 * file.readUInt32LE(at) + 4 + 8;
  }
  const added = Object.entries(texts).flatMap(([key, text]) =>
    text === undefined ? [] : [Buffer.concat([encoded(key), number32(STRING), encoded(text)])],
  );
  const head = Buffer.concat([
    file.subarray(0, 16),
    number64(kept.length + added.length),
    ...kept,
    ...added,
    file.subarray(infos, at),
  ]);
  return Buffer.concat([head, Buffer.alloc(padding(head.length)), file.subarray(at + padding(at))]);
}

/** Where the value ends whose type stands at `at`. */
function valueEnd(file: Buffer, at: number): number {
  const type = file.readUInt32LE(at);
  if (type !== ARRAY) return scalarEnd(file, at + 4, type);
  const element = file.readUInt32LE(at + 4);
  const count = Number(file.readBigUInt64LE(at + 8));
  let end = at + 16;
  for (let i = 0; i < count; i++) end = scalarEnd(file, end, element);
  return end;
}

function scalarEnd(file: Buffer, at: number, type: number): number {
  return type === STRING ? at + 8 + Number(file.readBigUInt64LE(at)) : at + (BYTES[type] ?? 0);
}

function stringAt(file: Buffer, at: number): string {
  return file.toString('utf8', at + 8, at + 8 + Number(file.readBigUInt64LE(at)));
}

function encoded(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([number64(bytes.length), bytes]);
}

function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function number64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function padding(length: number): number {
  return (ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT;
}
