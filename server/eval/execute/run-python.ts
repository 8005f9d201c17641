import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EngineError } from '../../engine/contract.js';
import type { Verdict } from '../prediction.js';
import type { Isolation } from './isolation.js';
import { runnerSource } from './runner-source.js';

export interface Limits {
  /** From start to end, milliseconds; processor time is bounded by the same in whole seconds. */
  readonly wallMs: number;
  /** Address space. */
  readonly memoryBytes: number;
  /** Of each file that is written. */
  readonly fileBytes: number;
}

export const defaultLimits: Limits = {
  wallMs: 10_000,
  memoryBytes: 1 << 30,
  fileBytes: 1 << 20,
};

/** What is kept of the end of a program's output, to find the secret in it. */
const TAIL_BYTES = 4096;
/** A program that prints more than this is ended. */
const MOST_OUTPUT = 1 << 24;
const limited =
  'ulimit -c 0; ulimit -t "$1" && ulimit -v "$2" && ulimit -f "$3" && shift 3 && exec "$@"';

/** @throws EngineError where there is no Python 3; `otherwise` says what to do but to install it. */
export function findPython(otherwise = 'leave out --execute'): string {
  for (const name of ['python3', 'python']) {
    const probe = spawnSync(name, ['-c', 'import sys; print(sys.version_info[0])'], {
      timeout: 10_000,
      encoding: 'utf8',
    });
    if (probe.status === 0 && probe.stdout.trim() === '3') return name;
  }
  throw new EngineError(
    'tests cannot be run: there is no Python 3',
    `Install python3, or ${otherwise}.`,
  );
}

/** Runs a program with `check(entryPoint)` behind it, as `runProgram` does. */
export async function runPython(
  source: string,
  entryPoint: string,
  python: string,
  isolation: Isolation,
  limits: Limits = defaultLimits,
): Promise<Verdict> {
  return runProgram(`${source}\ncheck(${entryPoint})\n`, python, isolation, limits);
}

/**
 * Runs a program in a process of its own, in a folder that is gone afterwards, within `limits`; the process, and where
 * there are namespaces all that it started, is killed at the end. It has passed where it ran to its end.
 */
export async function runProgram(
  program: string,
  python: string,
  { prefix }: Isolation,
  limits: Limits = defaultLimits,
): Promise<Verdict> {
  const folder = mkdtempSync(path.join(tmpdir(), 'lacuna-eval-'));
  try {
    writeFileSync(path.join(folder, 'program.py'), program);
    writeFileSync(path.join(folder, 'runner.py'), runnerSource);
    const sizes = [
      Math.ceil(limits.wallMs / 1000),
      Math.floor(limits.memoryBytes / 1024),
      // POSIX shells count blocks of 512 bytes.
      Math.ceil(limits.fileBytes / 512),
    ];
    const [command = '', ...args] = [
      ...prefix,
      ...['sh', '-c', limited, 'sh', ...sizes.map(String)],
      ...[python, '-I', '-S', '-B', 'runner.py'],
    ];
    return await verdictOf(command, args, folder, limits.wallMs);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function verdictOf(
  command: string,
  args: readonly string[],
  folder: string,
  wallMs: number,
): Promise<Verdict> {
  const secret = randomBytes(24).toString('hex');
  // Nothing of this process' environment: it may hold what nobody else should read.
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder, TMPDIR: folder, LANG: 'C.UTF-8' };
  const child = spawn(command, args, {
    cwd: folder,
    env,
    stdio: ['pipe', 'pipe', 'ignore'],
    // A group of its own, so that what it started ends with it.
    detached: true,
  });
  let tail = Buffer.alloc(0);
  let printed = 0;
  let late = false;
  const kill = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended already.
    }
  };
  const timer = setTimeout(() => {
    late = true;
    kill();
  }, wallMs);
  child.stdin.on('error', () => {
    // It ended before it read.
  });
  child.stdin.end(`${secret}\n`);
  child.stdout.on('data', (bytes: Buffer) => {
    printed += bytes.length;
    tail = Buffer.concat([tail, bytes]).subarray(-TAIL_BYTES);
    if (printed > MOST_OUTPUT) kill();
  });
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('exit', () => {
      // A child that it left behind would keep the pipe open.
      kill();
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      const passed = code === 0 && tail.toString('utf8').endsWith(`${secret}\n`);
      resolve(passed ? 'passed' : late ? 'timeout' : 'failed');
    });
  });
}
