/** What a model file calls itself. */

import { basename } from 'node:path';
import type { Metadata } from './metadata.js';

/** The architecture that the native engine computes, by GGUF's name. */
export const ENGINE_ARCHITECTURE = 'deepseek2';

export interface ModelIdentity {
  /** The model's own name, or its file name without extension. */
  readonly name: string;
  /** GGUF's name of the architecture, e.g. `deepseek2`. */
  readonly architecture: string;
  /** Tokens it was trained for; ≥ 1. */
  readonly contextLength: number;
}

/** @throws EngineError that names the missing or wrong key, and says what to do. */
export function identify(metadata: Metadata): ModelIdentity {
  const architecture = metadata.require(
    'general.architecture',
    metadata.string('general.architecture'),
  );
  const contextKey = `${architecture}.context_length`;
  const contextLength = metadata.require(contextKey, metadata.count(contextKey));
  if (contextLength === 0) throw metadata.error(`its ${contextKey} is 0`);
  const name =
    metadata.string('general.name')?.trim() || basename(metadata.path).replace(/\.gguf$/i, '');
  return { name, architecture, contextLength };
}
