/** Builds and runs the tools of native/tools under AddressSanitizer and UndefinedBehaviorSanitizer, or ThreadSanitizer. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { packageRoot } from './addons.js';

export type Sanitizer = 'address' | 'thread';

// Apart from build/, which cmake-js deletes when a build fails.
const builds: Readonly<Record<Sanitizer, { readonly folder: string; readonly option: string }>> = {
  address: { folder: path.join(packageRoot, '.cache', 'sanitize'), option: 'ON' },
  thread: { folder: path.join(packageRoot, '.cache', 'sanitize-thread'), option: 'thread' },
};

/**
 * `kernel_check` runs CUDA kernels on the emulated device, `cuda_model_check` whole models; `gguf_check` reads files; `model_check` also loads and runs them; `prefix_check` reads saved KV; `runtime_check` runs storms
 * of requests over a made-up device.
 */
export type SanitizedTool =
  | 'cuda_model_check'
  | 'gguf_check'
  | 'kernel_check'
  | 'model_check'
  | 'prefix_check'
  | 'runtime_check';

/**
 * Configures where that was never done, and compiles what changed. Takes up to minutes, then a second. `npm run
 * test:sanitize` has built the tools itself, and says where.
 */
export async function buildSanitizedTool(
  tool: SanitizedTool,
  sanitizer: Sanitizer = 'address',
): Promise<string> {
  const built = process.env['LACUNA_SANITIZED_TOOLS'];
  if (built !== undefined) return path.join(built, tool);
  const { folder, option } = builds[sanitizer];
  if (!existsSync(path.join(folder, 'CMakeCache.txt'))) {
    await cmake(
      '-S',
      packageRoot,
      '-B',
      folder,
      `-DLACUNA_SANITIZE=${option}`,
      '-DCMAKE_BUILD_TYPE=RelWithDebInfo',
    );
  }
  await cmake('--build', folder, '--target', tool, '--parallel', '2');
  const isCuda = tool === 'kernel_check' || tool === 'cuda_model_check';
  return path.join(folder, isCuda ? 'test/cuda' : 'native', tool);
}

async function cmake(...args: string[]): Promise<void> {
  const { status, output } = await run('cmake', args, '', 580_000);
  if (status !== 0) throw new Error(`cmake ${args.join(' ')} failed:\n${output}`);
}

export interface Verdict {
  /** `ok`, or an error's code; `crash` where the tool died, with the sanitizer's report as message. */
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/** One verdict a file, in order. A file that crashes the tool ends that run; the rest go to a fresh one. */
export async function checkFiles(tool: string, files: readonly string[]): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  while (verdicts.length < files.length) {
    const { status, output, errors } = await run(
      tool,
      [],
      files.slice(verdicts.length).join('\n'),
      100_000,
    );
    verdicts.push(...output.split('\n').filter(Boolean).map(parseVerdict));
    if (status === 0) break;
    const report = errors.split('\n').slice(0, 12).join('\n');
    verdicts.push({ code: 'crash', message: report, remedy: '' });
  }
  return verdicts;
}

/** Runs `runtime_check` once for each seed: a line each, `ok` or what was wrong; what the sanitizer says comes last. */
export async function runStorms(tool: string, seeds: readonly number[]): Promise<string[]> {
  const { output, errors } = await run(tool, seeds.map(String), '', 250_000);
  return [...output.split('\n'), ...errors.split('\n')].filter(Boolean);
}

function parseVerdict(line: string): Verdict {
  const match = /^([a-z-]+): (.*) \| (.*)$/.exec(line);
  if (match === null) return { code: line, message: '', remedy: '' };
  return { code: match[1]!, message: match[2]!, remedy: match[3]! };
}

interface Run {
  /** Null where the process was killed: by a signal of its own, or at the deadline. */
  readonly status: number | null;
  readonly output: string;
  readonly errors: string;
}

async function run(
  command: string,
  args: readonly string[],
  input: string,
  deadlineMs: number,
): Promise<Run> {
  const child = spawn(command, args, { timeout: deadlineMs, killSignal: 'SIGKILL' });
  // A tool that dies early leaves its input unread; its status tells the story.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const closed = once(child, 'close') as Promise<[number | null]>;
  const [[status], output, errors] = await Promise.all([
    closed,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { status, output, errors };
}
