import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { EngineError } from '../../engine/contract.js';
import type { EvalHole } from '../hole.js';
import { parseDataset } from './parse-dataset.js';

/** A larger one is no data set that somebody waits for. */
const MOST_BYTES = 1 << 29;

/** The holes of a JSONL file, which may be compressed by gzip. @throws EngineError if it cannot be read. */
export function readDataset(file: string): EvalHole[] {
  return parseDataset(readLines(file), file);
}

/** The text of a JSONL file, which may be compressed by gzip. @throws EngineError if it cannot be read. */
export function readLines(file: string): string {
  try {
    const bytes = readFileSync(file);
    const gzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
    const plain = gzip ? gunzipSync(bytes, { maxOutputLength: MOST_BYTES }) : bytes;
    return new TextDecoder('utf-8', { fatal: true }).decode(plain);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new EngineError(
      `${file} cannot be read: ${why}`,
      'Name a JSONL file in UTF-8, compressed or not.',
      { cause: error },
    );
  }
}
