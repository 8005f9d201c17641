import path from 'node:path';
import { atLeast, machine } from './toolchain.mjs';

const oldest = [12, 4];

/**
 * The CUDA compiler that a build takes; kernels/CMakeLists.txt looks in the same places.
 *
 * @returns {{command: string, version: string} | undefined} `version` such as `13.0`; undefined where there is none
 *   that is new enough
 */
export function findNvcc(on = machine) {
  const folders = [on.env.CUDA_HOME, on.env.CUDA_PATH, '/usr/local/cuda'].filter(Boolean);
  for (const command of ['nvcc', ...folders.map((folder) => path.join(folder, 'bin', 'nvcc'))]) {
    if (!on.exists(command)) continue;
    const version = /release (\d+\.\d+)/.exec(on.version(command) ?? '')?.[1];
    if (version && atLeast(version.split('.').map(Number), oldest)) return { command, version };
  }
  return undefined;
}
