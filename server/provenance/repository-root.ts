import { access } from 'node:fs/promises';
import path from 'node:path';

/** The nearest folder at or above `folder` that git keeps its records in; `folder` itself where there is none. */
export async function repositoryRoot(folder: string): Promise<string> {
  for (let at = folder; ; at = path.dirname(at)) {
    try {
      await access(path.join(at, '.git'));
      return at;
    } catch {
      if (path.dirname(at) === at) return folder;
    }
  }
}
