import { readFileSync } from 'node:fs';
import { inRoot } from './paths.mjs';
import { step } from './report.mjs';
import { runNpm } from './run.mjs';

/**
 * The packages the lockfile asks for and node_modules does not hold in that version. npm keeps its own record of
 * what it installed (`node_modules/.package-lock.json`, written last), so an install that was broken off shows too.
 *
 * @param {{packages?: Record<string, {version?: string, optional?: boolean}>}} lock package-lock.json
 * @param {{packages?: Record<string, {version?: string}>} | undefined} installed npm's record
 * @returns {string[]} folder names, `node_modules/…`
 */
export function missingPackages(lock, installed) {
  return Object.entries(lock.packages ?? {})
    .filter(
      // Optional packages are left out on the systems they are not made for.
      ([name, wanted]) =>
        name !== '' && !wanted.optional && installed?.packages?.[name]?.version !== wanted.version,
    )
    .map(([name]) => name);
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Runs `npm ci` where node_modules is missing, incomplete or of another lockfile. */
export async function installDependencies() {
  const lock = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8'));
  if (missingPackages(lock, readJson(inRoot('node_modules/.package-lock.json'))).length === 0)
    return;
  await step('Installing packages (npm ci)', () =>
    runNpm(['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']),
  );
}
