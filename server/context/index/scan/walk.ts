import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ProvenanceGate } from '../../../provenance/gate.js';
import { isManifest } from '../imports/manifests.js';
import { slashed } from '../imports/source-tree.js';
import type { FileStamp } from '../store/file-table.js';
import { grammarNameOfFile } from './file-languages.js';

/** A file that the index wants to read, or a manifest that says where imports lead. */
export interface FoundFile extends FileStamp {
  readonly path: string;
}

/** Folders of what others wrote. Hidden ones are left out as well, and Python's environments wherever they are. */
const skippedFolders: ReadonlySet<string> = new Set([
  ...['node_modules', 'bower_components', 'jspm_packages', 'site-packages', '__pycache__'],
]);

/** Whether a name is one that no walk looks at. */
export function isSkippedName(name: string): boolean {
  return name.startsWith('.') || skippedFolders.has(name);
}

/** Whether a file is one that the index wants, by its name. */
export function isWanted(file: string): boolean {
  return grammarNameOfFile(file) !== undefined || isManifest(slashed(file));
}

/**
 * The files of a folder that may be read, nearest to the top first, by name. Links are not followed, so there are no
 * loops; what the gate refuses as context is left out, whole folders at once where that is certain. What cannot be read
 * has nothing to give. Ends soon after `stopped` answers true.
 */
export async function* walk(
  root: string,
  gate: ProvenanceGate,
  stopped: () => boolean,
): AsyncGenerator<FoundFile[]> {
  let level = [root];
  while (level.length > 0) {
    const below: string[] = [];
    for (const folder of level) {
      if (stopped()) return;
      const entries = await entriesOf(folder);
      if (entries.some(({ name }) => name === 'pyvenv.cfg')) continue;
      const files = entries.filter((entry) => entry.isFile() && isWanted(entry.name));
      const found = await Promise.all(files.map(({ name }) => look(path.join(folder, name), gate)));
      yield found.flatMap((file) => file ?? []);
      for (const entry of entries) {
        if (!entry.isDirectory() || isSkippedName(entry.name)) continue;
        const inner = path.join(folder, entry.name);
        if (!(await gate.refusesFolder(inner))) below.push(inner);
      }
    }
    level = below;
  }
}

/** A file's size and time, where the gate lets it pass as context and it is no link. */
export async function look(file: string, gate: ProvenanceGate): Promise<FoundFile | undefined> {
  if (await gate.refuses(pathToFileURL(file).href, 'context')) return undefined;
  try {
    const stats = await lstat(file);
    return stats.isFile() ? { path: file, size: stats.size, mtimeMs: stats.mtimeMs } : undefined;
  } catch {
    // It has gone meanwhile.
    return undefined;
  }
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter(({ name }) => !name.startsWith('.'))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}
