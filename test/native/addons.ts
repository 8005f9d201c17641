/** Loads the addons as they are built: the one that ships, and the one through which tests reach native code. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NativeAddon } from '../../server/engine/native/addon.js';
import { findPackageRoot, loadAddon } from '../../server/engine/native/load-addon.js';

const root = findPackageRoot(path.dirname(fileURLToPath(import.meta.url)));
if (root === undefined) throw new Error('the tests do not lie in the package');

/** The repository's folder. */
export const packageRoot: string = root;

export type CpuPath = 'reference' | 'avx2' | 'avx512';

/** What `native/testing` registers; one block a room. */
export interface TestingAddon {
  /** Whole blocks of weight type `type` (its GGUF id) as float32, on one CPU path. */
  dequantize(path: CpuPath, type: number, blocks: Uint8Array, elements: number): Float32Array;
  /** Whether this CPU can run a path. */
  cpuPathAvailable(path: CpuPath): boolean;
}

export function nativeAddon(): NativeAddon {
  return loadAddon(packageRoot);
}

export function testingAddon(): TestingAddon {
  const file = path.join(packageRoot, 'build', 'Release', 'lacuna_testing.node');
  if (!existsSync(file))
    throw new Error(`${file} is missing: run the tests by \`npm test\`, which builds it`);
  return createRequire(import.meta.url)(file) as TestingAddon;
}

/** The path of a model in test/fixtures/models. */
export function fixtureModel(name: string): string {
  return path.join(packageRoot, 'test', 'fixtures', 'models', name);
}
