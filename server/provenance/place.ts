import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The file a URI names, `undefined` where it names none on this machine. */
export function fileOf(uri: string): string | undefined {
  try {
    const url = new URL(uri);
    return url.protocol === 'file:' ? fileURLToPath(url) : undefined;
  } catch {
    return undefined;
  }
}

/** The path of any URI, decoded; what looks like none is taken as a path. */
export function pathOf(uri: string): string {
  const match = /^[a-z][a-z0-9+.-]*:(?:\/\/[^/?#]*)?([^?#]*)/i.exec(uri);
  const encoded = match?.[1] ?? uri;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

/** Where a file really is, links followed. A file that is not saved yet is where its folder is. */
export async function realPath(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch {
    try {
      return path.join(await realpath(path.dirname(file)), path.basename(file));
    } catch {
      return file;
    }
  }
}

/** Whether `file` is inside `folder`; both absolute. */
export function isInside(file: string, folder: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== '' && !/^\.\.(?:$|[\\/])/.test(relative) && !path.isAbsolute(relative);
}
