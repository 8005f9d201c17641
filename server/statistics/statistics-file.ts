import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { writePrivately } from '../state/private-file.js';
import { stateFolder } from '../state/state-folder.js';
import { parseStatistics } from './parse-statistics.js';
import { addStatistics, noStatistics, type Statistics } from './statistics.js';

/** Where the counts of this user are kept. */
export function statisticsPath(...system: Parameters<typeof stateFolder>): string {
  return path.join(stateFolder(...system), 'statistics.json');
}

/** What the file holds; nothing where there is none, or one that is no statistics. */
export async function readStatistics(file: string): Promise<Statistics> {
  try {
    return parseStatistics(await readFile(file, 'utf8'));
  } catch {
    return noStatistics;
  }
}

/**
 * Adds to what the file holds; other editors add to the same one. It is for this user alone. Of two that add in the same
 * moment one may be lost.
 *
 * @throws Error of the file system.
 */
export async function addToFile(file: string, statistics: Statistics): Promise<void> {
  const sum = addStatistics(await readStatistics(file), statistics);
  await writePrivately(file, JSON.stringify(sum));
}
