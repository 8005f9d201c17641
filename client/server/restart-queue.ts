/**
 * Runs restarts one after another. However many are asked for while one runs, one more follows: it sees every
 * setting that changed meanwhile.
 */
export class RestartQueue {
  private running: Promise<void> = Promise.resolve();
  private waiting: Promise<void> | undefined;

  constructor(private readonly restart: () => Promise<void>) {}

  /** Settles with the restart that serves this request; rejects with its error. */
  request(): Promise<void> {
    this.waiting ??= this.running.then(async () => {
      this.waiting = undefined;
      await this.restart();
    });
    // The next one waits for this one to end, well or not.
    const next = this.waiting;
    this.running = next.catch(() => undefined);
    return next;
  }
}
