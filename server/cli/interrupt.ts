import { exitCode } from './cli-error.js';

/**
 * Runs `work` with a signal that the first Ctrl-C aborts; a second one ends the process at once, for work
 * that cannot be stopped.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  const onInterrupt = () => {
    if (abort.signal.aborted) process.exit(exitCode.interrupted);
    abort.abort();
  };
  process.on('SIGINT', onInterrupt);
  try {
    return await work(abort.signal);
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}
