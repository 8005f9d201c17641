import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** Distinguishes a model file from others, and from what it was before it was written anew. */
export function modelIdentity(file: string): string {
  const { size, mtimeMs } = statSync(file);
  return `${path.basename(file)} ${size} ${Math.round(mtimeMs)}`;
}

/** Distinguishes builds of the native addon. */
export function buildIdentity(addonFile: string): string {
  return createHash('sha256').update(readFileSync(addonFile)).digest('hex').slice(0, 12);
}
