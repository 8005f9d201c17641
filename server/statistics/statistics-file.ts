import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { parseStatistics } from './parse-statistics.js';
import { addStatistics, noStatistics, type Statistics } from './statistics.js';

/** Where the counts of this user are kept: under the folder that the system has for what programs remember. */
export function statisticsPath(
  platform: NodeJS.Platform,
  environment: NodeJS.ProcessEnv,
  home = homedir(),
): string {
  return path.join(stateFolder(platform, environment, home), 'lacuna', 'statistics.json');
}

function stateFolder(platform: NodeJS.Platform, env: NodeJS.ProcessEnv, home: string): string {
  if (platform === 'win32') return env['LOCALAPPDATA'] ?? path.join(home, 'AppData', 'Local');
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support');
  const given = env['XDG_STATE_HOME'] ?? '';
  // The base directory specification wants relative ones ignored.
  return path.isAbsolute(given) ? given : path.join(home, '.local', 'state');
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
 * Adds to what the file holds; other editors add to the same one. It is for this user alone, and written beside its place
 * and moved there. Of two that add in the same moment one may be lost.
 *
 * @throws Error of the file system.
 */
export async function addToFile(file: string, statistics: Statistics): Promise<void> {
  const sum = addStatistics(await readStatistics(file), statistics);
  const folder = path.dirname(file);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const fresh = path.join(folder, `statistics.${randomUUID()}.tmp`);
  try {
    await writeFile(fresh, JSON.stringify(sum), { mode: 0o600, flag: 'wx' });
    // Whatever the umask has left of it.
    await chmod(fresh, 0o600);
    await rename(fresh, file);
  } finally {
    await rm(fresh, { force: true });
  }
}
