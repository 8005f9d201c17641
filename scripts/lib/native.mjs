import { existsSync, rmSync } from 'node:fs';
import os from 'node:os';
import { findNvcc } from './cuda.mjs';
import { inRoot } from './paths.mjs';
import { dim, step } from './report.mjs';
import { CommandError, runNode } from './run.mjs';
import { dropStamp, filesUnder, hashFiles, readStamp, writeStamp } from './stamp.mjs';

const stampFile = inRoot('build/.native-stamp.json');
const cmakeJs = inRoot('node_modules/cmake-js/bin/cmake-js');

function sourcesHash(compiler) {
  const sources = filesUnder(
    ['CMakeLists.txt', 'native', 'kernels', 'test/cuda'],
    (file) => !/\.(md|json|ts)$/.test(file),
  );
  return hashFiles(sources, [process.arch, process.platform, compiler, findNvcc()?.version ?? '']);
}

/** Memory, not only cores, bounds parallel compiles: about 1 GiB for each. */
function jobs() {
  return Math.max(1, Math.min(os.availableParallelism(), Math.floor(os.totalmem() / 2 ** 30)));
}

/**
 * Builds `build/Release/lacuna.node` where a source changed since the last build.
 *
 * @param {{compiler: string, testing: boolean}} options `testing` adds `lacuna_testing.node`, through which
 *   mocha reaches the native rooms. A tree that has it once keeps it, so that `npm test` and `npm run demo` in
 *   turn never build the same thing again.
 */
export async function buildNative({ compiler, testing }) {
  const hash = sourcesHash(compiler);
  const last = readStamp(stampFile);
  const withTesting = testing || last?.testing === true;
  const outputs = ['lacuna.node', ...(withTesting ? ['lacuna_testing.node'] : [])];
  const present = outputs.every((name) => existsSync(inRoot('build/Release', name)));
  if (present && last?.hash === hash && last.testing === withTesting) return;

  await step(`Building the native engine with ${compiler}`, async () => {
    dropStamp(stampFile);
    await compileNative('build', [`--CDLACUNA_TESTING=${withTesting ? 'ON' : 'OFF'}`], {
      CXX: compiler,
    });
    writeStamp(stampFile, { hash, testing: withTesting });
  });
  if (findNvcc() === undefined)
    console.log(dim('Without nvcc 12.4 or newer: this build computes on the CPU alone.'));
}

/**
 * Configures and builds into a folder of the clone.
 *
 * @param {string} folder relative to the clone
 * @param {readonly string[]} settings for cmake-js
 * @param {Record<string, string>} env
 * @param {number} [timeoutMs] for each of the two
 * @throws {CommandError} where either fails
 */
export async function compileNative(folder, settings, env, timeoutMs) {
  const common = ['--out', inRoot(folder), '--log-level', 'error', ...settings];
  const options = { env, timeoutMs };
  try {
    await runNode(cmakeJs, ['configure', ...common], options);
  } catch (error) {
    // A build folder of another generator, compiler or place cannot be configured again: once from scratch.
    const cache = inRoot(folder, 'CMakeCache.txt');
    if (!(error instanceof CommandError) || !existsSync(cache)) throw error;
    rmSync(cache, { force: true });
    rmSync(inRoot(folder, 'CMakeFiles'), { recursive: true, force: true });
    await runNode(cmakeJs, ['configure', ...common], options);
  }
  await runNode(cmakeJs, ['build', ...common, '--parallel', String(jobs())], options);
}
