import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { EngineError } from '../../engine/contract.js';

/** llama.cpp as `bench/` holds it. */
export interface PeerInstall {
  /** The program that runs it. */
  readonly script: string;
  /** `node-llama-cpp@3.22.1`. */
  readonly package: string;
  /** llama.cpp's own release. */
  readonly release: string;
}

/** @throws EngineError where the peer is not installed, with the command that installs it. */
export function findPeer(packageRoot: string): PeerInstall {
  const folder = path.join(packageRoot, 'bench');
  const script = path.join(folder, 'peer.mjs');
  if (!existsSync(script)) {
    throw new EngineError(
      'there is nothing to compare with: this installation has no bench folder',
      "Run the benchmark in a clone of Lacuna's repository.",
    );
  }
  const binding = path.join(folder, 'node_modules', 'node-llama-cpp');
  if (!existsSync(path.join(binding, 'package.json'))) {
    throw new EngineError(
      'llama.cpp is not installed: it belongs to the benchmark alone',
      `Install it with: npm ci --prefix ${folder} --ignore-scripts`,
    );
  }
  const read = (name: string, key: string): string => {
    const manifest = JSON.parse(readFileSync(path.join(binding, name), 'utf8')) as object;
    return String((manifest as Record<string, unknown>)[key]);
  };
  return {
    script,
    package: `node-llama-cpp@${read('package.json', 'version')}`,
    release: read(path.join('llama', 'binariesGithubRelease.json'), 'release'),
  };
}
