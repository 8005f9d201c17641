import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

/** Builds of llama.cpp's CPU backend that use AMX. */
const amxBuild = /sapphirerapids|graniterapids|diamondrapids/;

/**
 * Makes llama.cpp take the best of its CPU builds that does not use AMX: its AMX build aborts
 * (`cur_backend_id != -1`) on models whose attention weights stand in the newer layout and in a type that AMX
 * takes. Call it before `getLlama`, which loads the best build of all only where none is loaded yet.
 *
 * @throws {Error} on systems whose binaries have no AMX build
 */
export async function loadBackendsWithoutAmx() {
  const name = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const { getBinsDir } = await import(`@node-llama-cpp/${name}`);
  const folder = path.join(getBinsDir().binsDir, name);
  const builds = readdirSync(folder).filter((file) => /^(lib)?ggml-cpu-/.test(file));
  if (!builds.some((file) => amxBuild.test(file)))
    throw new Error(`${folder} has no AMX build to leave out`);
  const others = mkdtempSync(path.join(os.tmpdir(), 'lacuna-bench-'));
  try {
    for (const file of builds.filter((each) => !amxBuild.test(each)))
      symlinkSync(path.join(folder, file), path.join(others, file));
    createRequire(import.meta.url)(path.join(folder, 'llama-addon.node')).loadBackends(others);
  } finally {
    // A library that is loaded stays so without its link.
    rmSync(others, { recursive: true, force: true });
  }
}
