/**
 * The reading end of a running generation: tokens are pushed in by whoever produces them and read by any
 * number of async iterators, each from the first token on. Nothing is ever waited for on the pushing side,
 * so an engine thread is never held up by a slow reader; the buffer is bounded by the token limit.
 */

import type { GeneratedToken, Generation, GenerationSummary } from './contract.js';

type Outcome =
  | { readonly kind: 'ended'; readonly summary: GenerationSummary }
  | { kind: 'failed'; error: Error };

export class GenerationStream implements Generation {
  readonly summary: Promise<GenerationSummary>;

  private readonly tokens: GeneratedToken[] = [];
  private outcome: Outcome | undefined;
  private readers = 0;
  /** Wake-ups of the iterators that have read all there is so far. */
  private waiting: (() => void)[] = [];
  private settle!: (outcome: Outcome) => void;

  /** `onAbandoned` is called when the last reader leaves its loop before the generation has ended. */
  constructor(private readonly onAbandoned: () => void) {
    this.summary = new Promise((resolve, reject) => {
      this.settle = (outcome) => {
        if (outcome.kind === 'ended') resolve(outcome.summary);
        else reject(outcome.error);
      };
    });
    // A caller who only iterates has seen the error already; do not report it as unhandled.
    this.summary.catch(() => undefined);
  }

  get ended(): boolean {
    return this.outcome !== undefined;
  }

  /** Ignored once the generation has ended. */
  push(token: GeneratedToken): void {
    if (this.outcome) return;
    this.tokens.push(token);
    this.wake();
  }

  /** The first of `end` and `fail` counts; later calls are ignored. */
  end(summary: GenerationSummary): void {
    this.finish({ kind: 'ended', summary });
  }

  fail(error: Error): void {
    this.finish({ kind: 'failed', error });
  }

  [Symbol.asyncIterator](): AsyncIterator<GeneratedToken, undefined> {
    let next = 0;
    let left = false;
    this.readers++;
    const leave = () => {
      if (left) return;
      left = true;
      this.readers--;
    };
    return {
      next: async () => {
        for (;;) {
          if (left) return { done: true, value: undefined };
          const token = this.tokens[next];
          if (token) {
            next++;
            return { done: false, value: token };
          }
          if (this.outcome) {
            leave();
            if (this.outcome.kind === 'failed') throw this.outcome.error;
            return { done: true, value: undefined };
          }
          await new Promise<void>((resolve) => this.waiting.push(resolve));
        }
      },
      return: () => {
        leave();
        if (!this.outcome && this.readers === 0) this.onAbandoned();
        this.wake();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  private finish(outcome: Outcome): void {
    if (this.outcome) return;
    this.outcome = outcome;
    this.settle(outcome);
    this.wake();
  }

  private wake(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const resume of waiting) resume();
  }
}
