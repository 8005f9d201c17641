/** Reads float32 arrays in NumPy's .npy format, version 1. */
import { readFileSync } from 'node:fs';

export interface FloatArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export function readNpy(path: string): FloatArray {
  const bytes = readFileSync(path);
  const headerLength = bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, 10 + headerLength);
  if (!header.includes("'<f4'")) throw new Error(`${path} does not hold float32`);
  const shape = /'shape': \(([^)]*)\)/.exec(header)?.[1] ?? '';
  return {
    shape: shape
      .split(',')
      .filter((s) => s.trim() !== '')
      .map(Number),
    data: new Float32Array(
      bytes.buffer.slice(bytes.byteOffset + 10 + headerLength, bytes.byteOffset + bytes.length),
    ),
  };
}
