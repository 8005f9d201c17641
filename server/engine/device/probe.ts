import { spawn, type ChildProcess } from 'node:child_process';
import type { NativeError, NativeGpu } from '../native/addon.js';

/** Whether a GPU can be used, or why not. */
export type CudaProbe =
  | { readonly works: true; readonly gpu: NativeGpu }
  | {
      readonly works: false;
      /** The native error's own, or `crashed`, `timed-out`. */
      readonly code: string;
      readonly message: string;
      readonly remedy: string;
    };

export interface ProbeOptions {
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
  /** Of the child; by default this process's. */
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Longest that a probe may take, milliseconds. Drivers take seconds to wake up where many GPUs sleep, and longer to
 * translate the kernels for a GPU that is newer than the build.
 */
const DEADLINE_MS = 30_000;

/** The whole program of the child. It needs nothing but the addon, and says one thing. */
const CHILD = `
  let answer;
  try {
    answer = { gpu: require(process.argv[1]).probeCuda() };
  } catch ({ code, message, remedy }) {
    answer = { error: { code, message, remedy } };
  }
  process.send(answer, () => process.exit());
`;

/** Knows whether this machine's GPU works: asks when it is first needed, and once. */
export class CudaProber {
  private found: Promise<CudaProbe> | undefined;

  /** `addonFile` is the native addon that would use the GPU. */
  constructor(private readonly addonFile: string) {}

  /** Never rejects. */
  probe(): Promise<CudaProbe> {
    this.found ??= probeCuda(this.addonFile).catch((error: unknown) => notTried(String(error)));
    return this.found;
  }
}

/**
 * Tries the GPU in a process of its own, which is killed at the deadline, when `signal` aborts and when this process
 * ends. Whatever a driver does to that process becomes a reason. Rejects with the signal's reason alone.
 */
export async function probeCuda(
  addonFile: string,
  { deadlineMs = DEADLINE_MS, signal, env = process.env }: ProbeOptions = {},
): Promise<CudaProbe> {
  signal?.throwIfAborted();
  const child = spawn(process.execPath, ['-e', CHILD, addonFile], {
    // Inside an editor this program is Node only where it is told to be.
    env: { ...env, ELECTRON_RUN_AS_NODE: '1' },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    windowsHide: true,
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = new AbortController();
  try {
    return await Promise.race([
      answerOf(child),
      timeout(deadlineMs, stop),
      rejection(signal, stop),
    ]);
  } finally {
    stop.abort();
    process.off('exit', kill);
    // One that hangs in the driver may outlive even this: nothing waits for it.
    kill();
    child.unref();
    if (child.connected) child.disconnect();
  }
}

/** What the child says, or how it ended without a word. */
function answerOf(child: ChildProcess): Promise<CudaProbe> {
  return new Promise((resolve) => {
    child.once('message', (answer) => {
      resolve(toProbe(answer as ChildAnswer));
    });
    child.once('error', ({ message }) => {
      resolve(notTried(message));
    });
    // The last of its events: an answer has arrived before.
    child.once('close', (code, signal) => {
      const how = signal === null ? `ended with code ${code ?? '?'}` : `was ended by ${signal}`;
      resolve(failure('crashed', `the process that tried the GPU ${how}`));
    });
  });
}

type ChildAnswer =
  | { readonly gpu: NativeGpu }
  | { readonly error: Pick<NativeError, 'message'> & Partial<NativeError> };

function toProbe(answer: ChildAnswer): CudaProbe {
  if ('gpu' in answer) return { works: true, gpu: answer.gpu };
  const { code = 'io', message, remedy } = answer.error;
  return failure(code, message, remedy);
}

function timeout(ms: number, { signal }: AbortController): Promise<CudaProbe> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve(failure('timed-out', `the NVIDIA driver did not answer within ${ms / 1000} s`));
    }, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
    });
  });
}

function rejection(of: AbortSignal | undefined, { signal }: AbortController): Promise<never> {
  return new Promise((_, reject) => {
    of?.addEventListener(
      'abort',
      () => {
        reject(of.reason as Error);
      },
      { signal },
    );
  });
}

function notTried(why: string): CudaProbe {
  return failure('crashed', `the GPU could not be tried: ${why}`);
}

function failure(
  code: string,
  message: string,
  remedy = 'Update or repair the NVIDIA driver (nvidia-smi must work), or use the CPU.',
): CudaProbe {
  return { works: false, code, message, remedy };
}
