import { createHash, randomUUID } from 'node:crypto';
import { chmod, mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { GrammarFolders } from '../../syntax/grammar-store.js';
import { decodeIndex, encodeIndex, type StoredFile } from './index-file.js';

/** What nobody has opened for so long is thrown away, milliseconds. */
const KEPT_MS = 60 * 24 * 3600 * 1000;
/** A file that is being written is not older than that, milliseconds. */
const WRITTEN_WITHIN_MS = 3600 * 1000;
/** Bytes; a larger file is not ours. */
const LARGEST = 1 << 30;

/** Where this user's indexes are kept: under the folder that the system has for what can be made again. */
export function indexFolder(
  platform: NodeJS.Platform,
  environment: NodeJS.ProcessEnv,
  home = homedir(),
): string {
  return path.join(cacheFolder(platform, environment, home), 'lacuna', 'index');
}

function cacheFolder(platform: NodeJS.Platform, env: NodeJS.ProcessEnv, home: string): string {
  if (platform === 'win32') return env['LOCALAPPDATA'] ?? path.join(home, 'AppData', 'Local');
  if (platform === 'darwin') return path.join(home, 'Library', 'Caches');
  const given = env['XDG_CACHE_HOME'] ?? '';
  // The base directory specification wants relative ones ignored.
  return path.isAbsolute(given) ? given : path.join(home, '.cache');
}

/**
 * Keeps the index of each workspace folder in a file of its own, for this user alone. It is written beside its place and moved
 * there, so that two servers on one folder never see half of one: the later one's stays, and either is true.
 */
export class IndexCache {
  private identity: Promise<Uint8Array> | undefined;

  constructor(
    private readonly folder: string,
    private readonly grammars: GrammarFolders,
  ) {}

  /** What is kept of a workspace's folder; nothing where that is no index, or one that does not fit any more. */
  async load(folder: string): Promise<StoredFile[]> {
    const file = this.fileOf(folder);
    try {
      if ((await stat(file)).size > LARGEST) return [];
      const files = await decodeIndex(await readFile(file), await this.identityOf(folder));
      const now = new Date();
      // Says that somebody still uses it.
      await utimes(file, now, now).catch(() => undefined);
      return files;
    } catch {
      // There is none, or it will be written anew.
      return [];
    }
  }

  /** @throws Error of the file system (rejects) */
  async save(folder: string, files: readonly StoredFile[]): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await chmod(this.folder, 0o700);
    const fresh = path.join(this.folder, `${randomUUID()}.tmp`);
    try {
      const handle = await open(fresh, 'wx', 0o600);
      try {
        const identity = await this.identityOf(folder);
        for (const piece of encodeIndex(files, identity)) await handle.write(piece);
      } finally {
        await handle.close();
      }
      await rename(fresh, this.fileOf(folder));
    } finally {
      await rm(fresh, { force: true });
    }
    await this.clear().catch(() => undefined);
  }

  fileOf(folder: string): string {
    const hash = createHash('sha256').update(folder);
    return path.join(this.folder, `${hash.digest('hex').slice(0, 32)}.index`);
  }

  /** Throws away what is left of broken writes, and workspaces that nobody opens any more. */
  private async clear(): Promise<void> {
    for (const name of await readdir(this.folder)) {
      if (!/\.(?:index|tmp)$/.test(name)) continue;
      const file = path.join(this.folder, name);
      const age = Date.now() - (await stat(file)).mtimeMs;
      if (age > (name.endsWith('.tmp') ? WRITTEN_WITHIN_MS : KEPT_MS)) await rm(file);
    }
  }

  private async identityOf(folder: string): Promise<Uint8Array> {
    const grammars = await (this.identity ??= grammarsIdentity(this.grammars));
    return createHash('sha256').update(grammars).update(folder).digest();
  }
}

/** Changes with the queries and the grammars, which records depend on. */
async function grammarsIdentity({ queries, wasm }: GrammarFolders): Promise<Uint8Array> {
  const hash = createHash('sha256');
  for (const name of (await readdir(queries)).sort()) {
    const text = await readFile(path.join(queries, name, 'tags.scm')).catch(() => '');
    hash.update(JSON.stringify([name, text.length])).update(text);
  }
  for (const name of (await readdir(wasm)).sort()) {
    const { size } = await stat(path.join(wasm, name));
    hash.update(JSON.stringify([name, size]));
  }
  return hash.digest();
}
