import { setTimeout as sleep } from 'node:timers/promises';

/** How long the server waits for what may never come. */
export interface Deadlines {
  /** How long a request waits for a model that is still loading, milliseconds. */
  readonly readyMs: number;
  /** How long a completion may take, milliseconds. */
  readonly completionMs: number;
  /** After how long a completion that has not come calls the engine busy, milliseconds. */
  readonly busyMs: number;
  /** How long the end of the server waits for the model to be freed, milliseconds. */
  readonly closeMs: number;
}

export const defaultDeadlines: Deadlines = {
  readyMs: 5000,
  completionMs: 30_000,
  busyMs: 1000,
  closeMs: 1500,
};

/** Aborts with `signal`, or after `ms` milliseconds. */
export function patience(signal: AbortSignal, ms: number): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(ms)]);
}

/** Resolves when `work` has ended, or after `ms` milliseconds, or with the error of `work`. */
export async function within(ms: number, work: Promise<void>): Promise<void> {
  const done = new AbortController();
  try {
    await Promise.race([
      work,
      sleep(ms, undefined, { signal: done.signal }).catch(() => undefined),
    ]);
  } finally {
    done.abort();
  }
}
