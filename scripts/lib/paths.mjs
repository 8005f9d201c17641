import { fileURLToPath } from 'node:url';
import path from 'node:path';

/** The repository's root, wherever the command was started. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** An absolute path inside the repository. */
export function inRoot(...parts) {
  return path.join(root, ...parts);
}
