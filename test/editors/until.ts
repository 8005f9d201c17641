import { setTimeout as sleep } from 'node:timers/promises';

/** Short beside what editors take, long beside a look at a page. */
const POLL_MS = 40;

type Truthy<T> = Exclude<T, false | null | undefined | '' | 0>;

/**
 * Waits until `check` returns something truthy, and returns it.
 *
 * @param what completes "waited … for"
 * @param milliseconds deadline
 * @throws {Error} naming `what` where the deadline passes
 */
export async function until<T>(
  what: string,
  milliseconds: number,
  check: () => T | Promise<T>,
): Promise<Truthy<T>> {
  const end = performance.now() + milliseconds;
  for (;;) {
    const result = await check();
    if (result) return result as Truthy<T>;
    if (performance.now() > end)
      throw new Error(`Waited ${milliseconds / 1000} s in vain for ${what}`);
    await sleep(POLL_MS);
  }
}

/** `promise`, or an error that names `what` where it takes longer than `milliseconds`. */
export async function deadline<T>(
  promise: Promise<T>,
  milliseconds: number,
  what: string,
): Promise<T> {
  const stop = new AbortController();
  const late = sleep(milliseconds, undefined, { signal: stop.signal }).then(() => {
    throw new Error(`Waited ${milliseconds / 1000} s in vain for ${what}`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    stop.abort();
  }
}
