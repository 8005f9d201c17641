import path from 'node:path';
import { fileOf, isInside } from '../provenance/place.js';

/** A file's path in the folder it is in, with slashes. */
export function pathIn(folders: readonly string[], uri: string): string | undefined {
  const file = fileOf(uri);
  const folder = folders.find((each) => file !== undefined && isInside(file, each));
  if (file === undefined || folder === undefined) return undefined;
  return path.relative(folder, file).replaceAll(path.sep, '/');
}
