import { randomUUID } from 'node:crypto';
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * A folder that this user alone may look into.
 *
 * @throws Error of the file system (rejects)
 */
export async function makePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

/**
 * Writes a file for this user alone, beside its place and then moved there: nobody ever sees half of it.
 *
 * @throws Error of the file system (rejects)
 */
export async function writePrivately(file: string, text: string): Promise<void> {
  const folder = path.dirname(file);
  await makePrivateFolder(folder);
  const { name } = path.parse(file);
  const fresh = path.join(folder, `${name}.${randomUUID()}.tmp`);
  try {
    await writeFile(fresh, text, { mode: 0o600, flag: 'wx' });
    // Whatever the umask has left of it.
    await chmod(fresh, 0o600);
    await rename(fresh, file);
  } finally {
    await rm(fresh, { force: true });
  }
}
