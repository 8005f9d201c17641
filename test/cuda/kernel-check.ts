/** Runs `kernel_check`: kernels on the emulated device, built plainly or with a sanitizer. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { packageRoot } from '../native/addons.js';
import { buildSanitizedTool } from '../native/sanitized-tool.js';
import type { Sanitizer } from '../native/sanitized-tool.js';

/** What a kernel did, summed over its launches; bytes are of global memory. */
export interface KernelCounters {
  readonly launches: number;
  readonly blocks: number;
  /** A byte read twice counts twice. */
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Sectors of 32 bytes, each counted once a launch. */
  readonly distinctBytesRead: number;
  readonly barriers: number;
  /** With `coalescing=on`: accesses by warps, their sectors, and those that touched more than they need. */
  readonly warpAccesses: number;
  readonly sectors: number;
  readonly spreadAccesses: number;
}

export interface CaseResult {
  readonly name: string;
  readonly good: boolean;
  readonly error: number;
  readonly tolerance: number;
  /** That must be read from global memory at least; 0: not known. */
  readonly leastBytes: number;
  /** Allocations that were not given back. */
  readonly left: number;
  /** Of the Error that ended the case, or empty. */
  readonly code: string;
  readonly failure: string;
  readonly counters: Readonly<Record<string, KernelCounters>>;
}

export interface CheckRun {
  readonly results: readonly CaseResult[];
  /** Null where it was killed. A sanitizer that finds something ends the program with another status than 0. */
  readonly status: number | null;
  readonly errors: string;
}

/** Does it with the emulated driver in place of the system's, which is looked up at each load of a model. */
export async function onEmulatedGpu<T>(what: () => T | Promise<T>): Promise<T> {
  const own = process.env.LACUNA_CUDA_DRIVER;
  process.env.LACUNA_CUDA_DRIVER = path.join(emulatedFolder, 'libcuda_emulated.so');
  try {
    return await what();
  } finally {
    if (own === undefined) delete process.env.LACUNA_CUDA_DRIVER;
    else process.env.LACUNA_CUDA_DRIVER = own;
  }
}

/** `plain` is what `npm test` builds anyway; the others are built on first use. */
export type Build = 'plain' | Sanitizer;

export const emulatedFolder = path.join(packageRoot, 'build', 'test', 'cuda');

/** The emulation stands on fibres and mappings as Linux has them. */
export const emulationRuns = process.platform === 'linux';

export async function buildCheck(build: Build): Promise<string> {
  if (build === 'plain') return emulatedFolder;
  return path.dirname(await buildSanitizedTool('kernel_check', build));
}

/**
 * Runs the cases whose name contains `filter`.
 *
 * @param library `cuda_emulated`, with all kernels; `cuda_planted`, with those that have mistakes; or a path
 * @param settings of test/cuda/emulation/settings.h, such as `order=reverse,landing=late`
 */
export async function runCheck(
  folder: string,
  library: string,
  settings: string,
  filter = '',
): Promise<CheckRun> {
  const file = library.includes('/') ? library : path.join(folder, `lib${library}.so`);
  const child = spawn(path.join(folder, 'kernel_check'), [file, settings, filter], {
    timeout: 280_000,
    killSignal: 'SIGKILL',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close') as Promise<[number | null]>;
  const [[status], output, errors] = await Promise.all([
    closed,
    text(child.stdout),
    text(child.stderr),
  ]);
  const results = output
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as CaseResult);
  return { results, status, errors };
}

/** What was wrong in a run that should have been good, a line each. */
export function complaints({ results, status, errors }: CheckRun): string[] {
  const bad = results
    .filter((result) => !result.good || result.left > 0)
    .map(
      ({ name, error, failure, left }) =>
        `${name}: error ${error}, ${left} allocations left ${failure}`,
    );
  if (status !== 0) bad.push(`status ${status}: ${errors.split('\n').slice(0, 12).join('\n')}`);
  return bad;
}
