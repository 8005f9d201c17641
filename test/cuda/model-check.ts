/** Runs `cuda_model_check`: whole models on the emulated device, against the CPU's reference. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { buildSanitizedTool } from '../native/sanitized-tool.js';
import { emulatedFolder } from './kernel-check.js';
import type { Build, KernelCounters } from './kernel-check.js';

/** What became of one scenario of test/cuda/model/scenarios.cc. */
export interface ScenarioResult {
  readonly scenario: string;
  /** Of the Error that ended it, or empty. */
  readonly code: string;
  readonly failure: string;
  /** Rows of logits that were compared. */
  readonly rows: number;
  /** The largest difference, as a share of its sequence's largest |logit|. */
  readonly error: number;
  /** Rows with another best token than the reference's. */
  readonly different: number;
}

/** What a decoded token moves; bytes. */
export interface Traffic extends ScenarioResult {
  readonly graphLaunches: number;
  /** Weights that a token must read. */
  readonly leastWeights: number;
  readonly leastCacheRead: number;
  readonly leastCacheWritten: number;
  readonly kernels: Readonly<Record<string, KernelCounters>>;
}

export interface ModelRun {
  readonly load: { readonly code: string; readonly failure: string; readonly slots?: number };
  readonly results: readonly ScenarioResult[];
  /** Allocations that outlived the model, and what the device had to report; undefined where it did not end. */
  readonly end: { readonly left: number; readonly report: string } | undefined;
  readonly status: number | null;
  readonly errors: string;
}

export async function buildModelCheck(build: Build): Promise<string> {
  if (build === 'plain') return emulatedFolder;
  return path.dirname(await buildSanitizedTool('cuda_model_check', build));
}

/**
 * Takes the model `file` through `scenarios`; without any, through all but `brief`.
 *
 * @param settings of test/cuda/emulation/settings.h
 * @param options `cache=f16`, `slots=N`
 */
export async function runModel(
  folder: string,
  settings: string,
  file: string,
  options: readonly string[],
  ...scenarios: readonly string[]
): Promise<ModelRun> {
  const child = spawn(
    path.join(folder, 'cuda_model_check'),
    [path.join(folder, 'libcuda_emulated.so'), settings, file, ...options, ...scenarios],
    { timeout: 560_000, killSignal: 'SIGKILL', stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const closed = once(child, 'close') as Promise<[number | null]>;
  const [[status], output, errors] = await Promise.all([
    closed,
    text(child.stdout),
    text(child.stderr),
  ]);
  const lines = output
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as ScenarioResult);
  const named = (name: string) => lines.find(({ scenario }) => scenario === name) as unknown;
  return {
    load: named('load') as ModelRun['load'],
    results: lines.filter(({ scenario }) => scenario !== 'load' && scenario !== 'end'),
    end: named('end') as ModelRun['end'],
    status,
    errors,
  };
}

/** What was wrong in a run that should have been good, a line each. */
export function complaints({ load, results, end, status, errors }: ModelRun, tolerance: number) {
  const bad = results
    .filter(({ failure, error, different }) => failure !== '' || error > tolerance || different > 0)
    .map(
      ({ scenario, failure, error, different }) =>
        `${scenario}: error ${error}, ${different} other tokens ${failure}`,
    );
  if (load.failure !== '') bad.push(`load: ${load.failure}`);
  if (results.length === 0) bad.push('no scenario ran');
  if (end?.left !== 0 || end.report !== '') bad.push(`left ${end?.left}: ${end?.report}`);
  if (status !== 0) bad.push(`status ${status}: ${errors.split('\n').slice(0, 12).join('\n')}`);
  return bad;
}
