import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { bundleIndexWorker, bundleServer } from './bundle.mjs';
import { inRoot } from './paths.mjs';
import { Problem } from './report.mjs';

/** This machine's, as prebuilt engines are named: `linux-x64`, `darwin-arm64`, … */
export const platform = `${process.platform}-${process.arch}`;

const addon = 'lacuna.node';

/**
 * Bundles server and command line, with the thread that indexes, so that they need no node_modules.
 *
 * @param {string} folder takes the place of `dist/server`
 */
export async function bundleProgram(folder) {
  const small = { minifySyntax: true, minifyWhitespace: true };
  await bundleServer(path.join(folder, 'cli/main.js'), small);
  await bundleIndexWorker(path.join(folder, 'context/index/worker/main.js'), small);
}

/**
 * Lays out engines as PLATFORM/lacuna.node: the one that was built here, and those that were built on other machines and
 * lie in `$LACUNA_PREBUILDS` in the same layout.
 *
 * @param {string} folder is made anew
 * @param {readonly string[]} [wanted] the platforms that are wanted; by default all there are
 */
export function copyPrebuilds(folder, wanted) {
  rmSync(folder, { recursive: true, force: true });
  const engines = new Map(
    platformsIn(process.env.LACUNA_PREBUILDS).map((name) => [
      name,
      path.join(process.env.LACUNA_PREBUILDS, name, addon),
    ]),
  );
  engines.set(platform, inRoot('build/Release', addon));
  for (const [name, file] of engines) {
    if (wanted && !wanted.includes(name)) continue;
    mkdirSync(path.join(folder, name), { recursive: true });
    cpSync(file, path.join(folder, name, addon));
  }
}

function platformsIn(folder) {
  if (!folder) return [];
  if (!existsSync(folder))
    throw new Problem(`LACUNA_PREBUILDS names ${folder}, which does not exist`);
  return readdirSync(folder).filter((name) => existsSync(path.join(folder, name, addon)));
}
