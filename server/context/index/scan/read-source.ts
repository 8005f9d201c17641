import { readFile } from 'node:fs/promises';
import { DEFAULT_LIMITS, unfitToParse } from '../../syntax/limits.js';

/** What is read at all. */
export interface ScanLimits {
  /** Bytes; a larger file was hardly written by hand. */
  readonly largestFile: number;
  /** Files; beyond that, those farthest from the top are left out. */
  readonly mostFiles: number;
  /** Milliseconds that the parser may work on one file. */
  readonly parseMs: number;
}

export const DEFAULT_SCAN_LIMITS: ScanLimits = {
  largestFile: 1 << 19,
  mostFiles: 30_000,
  parseMs: 2000,
};

/** Shorter texts are taken as they are, UTF-16 units. */
const SHORT = 2000;
/** Mean length of a line above which no person wrote it, UTF-16 units. */
const LONG_LINES = 200;

/**
 * The text of a source file as an editor would show it: UTF-8, without a byte order mark, line ends as they are.
 * Undefined where it is binary, not UTF-8, too large or minified.
 *
 * @throws Error of the file system (rejects)
 */
export async function readSource(file: string, limits: ScanLimits): Promise<string | undefined> {
  const bytes = await readFile(file);
  if (bytes.length > limits.largestFile) return undefined;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
  return unfitToParse(text, DEFAULT_LIMITS) || isMinified(text) ? undefined : text;
}

function isMinified(text: string): boolean {
  if (text.length < SHORT) return false;
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  return text.length / lines > LONG_LINES;
}
