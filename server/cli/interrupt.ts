import { exitCode } from './cli-error.js';

/**
 * Runs `work` with a signal that the first Ctrl-C aborts; a second one ends the process at once, for work
 * that cannot be stopped.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  return onInterrupt(
    () => {
      if (abort.signal.aborted) process.exit(exitCode.interrupted);
      abort.abort();
    },
    () => work(abort.signal),
  );
}

/** Runs `work` that cannot be stopped and leaves nothing half done: Ctrl-C ends the process at once. */
export async function endedByInterrupt<T>(work: () => Promise<T>): Promise<T> {
  return onInterrupt(() => process.exit(exitCode.interrupted), work);
}

async function onInterrupt<T>(listener: () => void, work: () => Promise<T>): Promise<T> {
  process.on('SIGINT', listener);
  try {
    return await work();
  } finally {
    process.off('SIGINT', listener);
  }
}
