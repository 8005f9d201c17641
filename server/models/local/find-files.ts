/** GGUF files below a folder. */

import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/** How far a search goes: nobody's folder of models is deeper or fuller, but a link may lead anywhere. */
const DEEPEST = 6;
const MOST_ENTRIES = 20_000;

export interface FoundFile {
  readonly path: string;
  /** What the program calls it. */
  readonly name: string;
}

export interface FoundFiles {
  readonly files: readonly FoundFile[];
  readonly incomplete: boolean;
}

/**
 * All models below `folder`, by name: of one in several parts the first. Links to files are followed, links to folders
 * are not. Nothing where there is no such folder. Never rejects; incomplete where `signal` came before the end.
 */
export async function findFiles(folder: string, signal: AbortSignal): Promise<FoundFiles> {
  const files: FoundFile[] = [];
  let entries = 0;
  let incomplete = false;
  const visit = async (inside: string, depth: number): Promise<void> => {
    const found = await readdir(inside, { withFileTypes: true }).catch(() => []);
    for (const entry of found.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      entries++;
      if (signal.aborted || entries > MOST_ENTRIES) {
        incomplete = true;
        return;
      }
      const file = path.join(inside, entry.name);
      if (entry.isDirectory()) {
        if (depth < DEEPEST) await visit(file, depth + 1);
      } else if (isModel(entry.name) && (entry.isFile() || (await isFile(file)))) {
        files.push({ path: file, name: nameOf(path.relative(folder, file)) });
      }
    }
  };
  await visit(folder, 0);
  return { files, incomplete };
}

function isModel(name: string): boolean {
  if (!/\.gguf$/i.test(name) || /^mmproj/i.test(name)) return false;
  const part = partOf(name);
  return part === undefined || part.number === 1;
}

/** Which part of a model a file is, where its name says so. */
export function partOf(name: string): { number: number; of: number } | undefined {
  const [, number, of] = /-(\d{5})-of-(\d{5})\.gguf$/i.exec(name) ?? [];
  return number && of ? { number: Number(number), of: Number(of) } : undefined;
}

/** `hub/models--ORG--NAME/snapshots/HASH/FILE.gguf` is ORG/NAME/FILE; other places are named as they are. */
function nameOf(relative: string): string {
  const parts = relative.replace(/\.gguf$/i, '').split(path.sep);
  const [repository = '', snapshots, , ...rest] = parts;
  if (!repository.startsWith('models--') || snapshots !== 'snapshots') return parts.join('/');
  return [...repository.split('--').slice(1), ...rest].join('/');
}

async function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
}
