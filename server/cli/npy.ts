import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { endianness } from 'node:os';
import { CliError } from './cli-error.js';

/** Bytes written at a time. */
const SLICE = 1 << 24;

/** The header of a NumPy file (format 1.0) with a float32 array in C order; a multiple of 64 bytes long. */
export function npyHeader(shape: readonly number[]): Buffer {
  const byteOrder = endianness() === 'LE' ? '<' : '>';
  const dimensions = shape.map((length) => `${length},`).join(' ');
  const text = `{'descr': '${byteOrder}f4', 'fortran_order': False, 'shape': (${dimensions}), }`;
  const magic = Buffer.from('\u0093NUMPY\u0001\u0000', 'latin1');
  const length = Math.ceil((magic.length + 2 + text.length + 1) / 64) * 64 - magic.length - 2;
  const size = Buffer.alloc(2);
  size.writeUInt16LE(length);
  return Buffer.concat([magic, size, Buffer.from(`${text.padEnd(length - 1)}\n`, 'latin1')]);
}

/**
 * Writes a float32 array as a NumPy file, whole or not at all: it gets its name when it is complete.
 *
 * @throws CliError if the file cannot be written.
 */
export function writeNpy(file: string, values: Float32Array, shape: readonly number[]): void {
  const unfinished = `${file}.unfinished`;
  try {
    const out = openSync(unfinished, 'w');
    try {
      writeAll(out, npyHeader(shape));
      writeAll(out, Buffer.from(values.buffer, values.byteOffset, values.byteLength));
    } finally {
      closeSync(out);
    }
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    const reason = error instanceof Error ? error.message : String(error);
    const remedy = 'Name a file in a folder that exists, can be written to and has room.';
    throw new CliError(`${file} cannot be written: ${reason}`, remedy, { cause: error });
  }
}

function writeAll(out: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) {
    at += writeSync(out, bytes, at, Math.min(SLICE, bytes.length - at));
  }
}
