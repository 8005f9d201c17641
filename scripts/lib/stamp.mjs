import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './paths.mjs';

/** All files under the given files and folders that `keep` accepts, as sorted paths relative to `base`. */
export function filesUnder(places, keep = () => true, base = root) {
  const found = [];
  const visit = (relative) => {
    const stat = statSync(path.join(base, relative), { throwIfNoEntry: false });
    if (stat?.isDirectory())
      for (const name of readdirSync(path.join(base, relative)))
        visit(path.posix.join(relative, name));
    else if (stat && keep(relative)) found.push(relative);
  };
  for (const place of places) visit(place);
  return found.sort();
}

/** One hash over names and contents of files, and over any further values the result depends on. */
export function hashFiles(files, values = [], base = root) {
  const hash = createHash('sha256');
  for (const value of values) hash.update(`${value}\0`);
  for (const file of files) {
    hash.update(`${file}\0`);
    hash.update(readFileSync(path.join(base, file)));
    hash.update('\0');
  }
  return hash.digest('hex');
}

/** What was written under this name by the last successful build, or undefined. */
export function readStamp(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

export function writeStamp(file, value) {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(value)}\n`);
}

/** A build that is about to change its outputs is not up to date until it has finished. */
export function dropStamp(file) {
  rmSync(file, { force: true });
}
