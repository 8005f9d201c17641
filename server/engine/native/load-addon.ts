import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { EngineError } from '../contract.js';
import type { NativeAddon } from './addon.js';

const packageName = 'lacuna';
const fileName = 'lacuna.node';
/** As prebuilt engines are named. */
const platform = `${process.platform}-${process.arch}`;

/** The nearest folder at or above `start` whose package.json is this package's; `undefined` where there is none. */
export function findPackageRoot(start: string): string | undefined {
  for (let folder = path.resolve(start); ; folder = path.dirname(folder)) {
    if (packageNameIn(folder) === packageName) return folder;
    if (path.dirname(folder) === folder) return undefined;
  }
}

function packageNameIn(folder: string): unknown {
  try {
    const manifest: unknown = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    return (manifest as { name?: unknown } | null)?.name;
  } catch {
    // No package.json, or not one of ours to judge: the search goes on above.
    return undefined;
  }
}

/** Where the compiled addon may lie, best first: built in this clone, or shipped for this platform. */
export function addonCandidates(packageRoot: string): readonly string[] {
  return [
    path.join(packageRoot, 'build', 'Release', fileName),
    path.join(packageRoot, 'prebuilds', platform, fileName),
  ];
}

/**
 * The file of the native addon of the package that `start` (a folder; by default this file's) belongs to.
 *
 * @throws EngineError where it has not been built.
 */
export function findAddon(start = path.dirname(fileURLToPath(import.meta.url))): string {
  const root = findPackageRoot(start);
  if (root === undefined) {
    throw new EngineError(
      `the native engine cannot be found: no folder above ${start} is the package ${packageName}`,
      'Install Lacuna again.',
    );
  }
  const candidates = addonCandidates(root);
  const addon = candidates.find((candidate) => existsSync(candidate));
  if (addon !== undefined) return addon;
  if (!isClone(root)) throw wrongPlatform(root);
  throw new EngineError(
    `the native engine is not built: there is no ${candidates.join(' and no ')}`,
    `Run \`npm run build\` in ${root}.`,
  );
}

/** Whether the sources of the engine are there, and not only what was built of them. */
function isClone(root: string): boolean {
  return existsSync(path.join(root, 'CMakeLists.txt'));
}

function wrongPlatform(root: string): EngineError {
  const folder = path.join(root, 'prebuilds');
  const there = existsSync(folder) ? readdirSync(folder).sort().join(', ') : '';
  return new EngineError(
    `this package has no native engine for ${platform}, only for ${there === '' ? 'no platform' : there}`,
    `Build it on this machine: clone the repository and run \`npm run build\` there, with a C++ compiler and cmake.`,
  );
}

/** Loads `findAddon(start)`. @throws EngineError where there is none, or it was built for another system. */
export function loadAddon(start?: string): NativeAddon {
  const addon = findAddon(start);
  try {
    return createRequire(import.meta.url)(addon) as NativeAddon;
  } catch (error) {
    const root = findPackageRoot(path.dirname(addon)) ?? '.';
    throw new EngineError(
      `the native engine does not load: ${error instanceof Error ? error.message : String(error)}`,
      isClone(root)
        ? `It was probably built on another system: run \`npm run build\` in ${root}.`
        : 'This system is probably older than the one it was built on: clone the repository and run `npm run build` there.',
      { cause: error },
    );
  }
}
