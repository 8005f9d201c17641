import { sep } from 'node:path';

/** Paths of the index's files, to be found by their parts. Paths are absolute, with `/` between their parts. */
export class SourceTree {
  private readonly folders = new Map<string, Set<string>>();
  private readonly byName = new Map<string, Set<string>>();

  add(path: string): void {
    addTo(this.folders, folderOf(path), path);
    addTo(this.byName, nameOf(path), path);
  }

  delete(path: string): void {
    removeFrom(this.folders, folderOf(path), path);
    removeFrom(this.byName, nameOf(path), path);
  }

  has(path: string): boolean {
    return this.folders.get(folderOf(path))?.has(path) === true;
  }

  /** Files right in a folder, by name. */
  filesIn(folder: string): string[] {
    return [...(this.folders.get(folder) ?? [])].sort();
  }

  /**
   * The file whose path ends with `tail` (`com/shop/Item.java`), behind a `/`. Of several the one nearest to `from`: most
   * of the path in common, then the shortest, then the first.
   */
  nearest(tail: string, from: string): string | undefined {
    let best: string | undefined;
    let bestShared = -1;
    for (const path of [...(this.byName.get(nameOf(tail)) ?? [])].sort()) {
      if (!path.endsWith(`/${tail}`) || path === from) continue;
      const shared = sharedParts(path, from);
      if (shared < bestShared || (shared === bestShared && path.length >= (best?.length ?? 0)))
        continue;
      best = path;
      bestShared = shared;
    }
    return best;
  }
}

export function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** `.` and `..` taken out. */
export function joined(folder: string, relative: string): string {
  const parts = folder.split('/');
  for (const part of relative.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

function sharedParts(one: string, other: string): number {
  const a = one.split('/');
  const b = other.split('/');
  let shared = 0;
  while (shared < a.length && a[shared] === b[shared]) shared++;
  return shared;
}

function addTo(map: Map<string, Set<string>>, key: string, value: string): void {
  const values = map.get(key);
  if (values) values.add(value);
  else map.set(key, new Set([value]));
}

function removeFrom(map: Map<string, Set<string>>, key: string, value: string): void {
  const values = map.get(key);
  values?.delete(value);
  if (values?.size === 0) map.delete(key);
}

/** A path of this machine with `/` between its parts, and back. */
export function slashed(path: string): string {
  return sep === '/' ? path : path.replaceAll(sep, '/');
}

export function unslashed(path: string): string {
  return sep === '/' ? path : path.replaceAll('/', sep);
}
