/** How often a crashing server is started again, and how long the client waits before it. */
export interface RestartLimits {
  /** Crashes allowed within the window; one more, and the client gives up. */
  readonly crashes: number;
  /** Milliseconds. */
  readonly window: number;
  /** Milliseconds before the first restart; doubles with each further crash in the window. */
  readonly firstDelay: number;
}

export const defaultRestartLimits: RestartLimits = {
  crashes: 4,
  window: 3 * 60_000,
  firstDelay: 500,
};

/** Counts crashes. Knows no clock: the caller tells the time. */
export class RestartPolicy {
  private crashes: number[] = [];

  constructor(private readonly limits: RestartLimits = defaultRestartLimits) {}

  /**
   * To be called at each crash.
   *
   * @param now milliseconds on any clock that does not go back
   * @returns milliseconds to wait before the next start, or undefined: do not start again
   */
  crashed(now: number): number | undefined {
    this.crashes = this.crashes.filter((time) => now - time < this.limits.window);
    this.crashes.push(now);
    if (this.crashes.length > this.limits.crashes) return undefined;
    return this.limits.firstDelay * 2 ** (this.crashes.length - 1);
  }

  /** A person asked for a restart: what happened before no longer counts. */
  forget(): void {
    this.crashes = [];
  }
}
