import type { Engine } from '../engine/contract.js';
import { loadNativeEngine } from '../engine/native/engine.js';
import { loadAddon } from '../engine/native/load-addon.js';
import { findModel } from './find-model.js';

export interface ModelRequest {
  /** The flag `--model`, if it was given. */
  readonly flag?: string | undefined;
  /** The setting `lacuna.model`, if there is one. */
  readonly setting?: string | undefined;
  /** 0 picks the number of physical cores. */
  readonly threads: number;
  /** Tokens; capped by what the model was trained for. */
  readonly contextLength: number;
  readonly kvCache: 'auto' | 'int8';
}

/**
 * Finds the model, by flag, environment, setting, or embedded in the package at `packageRoot`, and loads it
 * into this process. `onProgress` gets 0 … 1.
 *
 * @throws EngineError (as a rejection) where there is no model, no addon, or they do not go together.
 */
export async function loadEngine(
  packageRoot: string,
  { flag, setting, ...options }: ModelRequest,
  onProgress?: (fraction: number) => void,
): Promise<Engine> {
  const environment = process.env['LACUNA_MODEL'];
  const { path } = findModel({ flag, environment, setting, packageRoot });
  return loadNativeEngine(loadAddon(packageRoot), path, options, onProgress);
}
