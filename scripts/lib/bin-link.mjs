import { chmodSync, existsSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from './paths.mjs';

/**
 * Links `node_modules/.bin/lacuna` to bin/lacuna.js. npm links the commands of dependencies but not those of the
 * package itself, and `npx lacuna` in a clone would otherwise ask the registry for a stranger's package.
 *
 * @param {string} [base] the package's root
 */
export function linkBin(base = inRoot()) {
  const folder = path.join(base, 'node_modules', '.bin');
  if (!existsSync(path.join(base, 'node_modules'))) return;
  const link = path.join(folder, 'lacuna');
  const target = path.join('..', '..', 'bin', 'lacuna.js');
  chmodSync(path.join(base, 'bin', 'lacuna.js'), 0o755);
  if (currentTarget(link) === target) return;
  mkdirSync(folder, { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(target, link);
}

function currentTarget(link) {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}
