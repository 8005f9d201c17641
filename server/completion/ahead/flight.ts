import type { CachePlace } from '../cache/completion-cache.js';
import type { Completion } from '../completion.js';
import { PartialAnswer } from './partial-answer.js';

/** Makes a completion, and tells each time more of it was generated what all of that is. Never rejects. */
export type Work = (
  signal: AbortSignal,
  onGenerated: (text: string) => void,
) => Promise<Completion | undefined>;

/** How long a generation that nobody waits for goes on after a keystroke that agrees with it, milliseconds. */
const LINGER_MS = 500;

/**
 * A generation under way, and who waits for it. Somebody who types what it says leaves it and joins it again with the next
 * request; who does anything else ends it at once.
 */
export class Flight {
  /** What it said so far. */
  readonly answer: PartialAnswer;
  /** What came of it; `undefined` where there is nothing to offer. */
  readonly ended: Promise<Completion | undefined>;

  private readonly controller = new AbortController();
  private readonly watchers = new Set<() => void>();
  private waiting = 0;
  private typedOn = false;
  private lingering: NodeJS.Timeout | undefined;

  constructor(
    place: CachePlace,
    work: Work,
    private readonly lingerMs = LINGER_MS,
  ) {
    this.answer = new PartialAnswer(place);
    this.ended = work(this.controller.signal, (text) => {
      this.answer.grow(text);
      for (const watch of this.watchers) watch();
    });
  }

  /** One more waits for it: call `leave` in the end. */
  join(): void {
    this.waiting++;
    clearTimeout(this.lingering);
  }

  leave(): void {
    this.waiting--;
    if (this.waiting > 0) return;
    if (!this.typedOn) this.abort();
    else {
      this.lingering = setTimeout(() => {
        this.controller.abort();
      }, this.lingerMs).unref();
    }
  }

  /** The document is `text` (LF line ends) by now. */
  changed(text: string): void {
    if (this.answer.servesIn(text)) this.typedOn = true;
    else this.abort();
  }

  abort(): void {
    clearTimeout(this.lingering);
    this.controller.abort();
  }

  get aborted(): boolean {
    return this.controller.signal.aborted;
  }

  /** What came of it, as soon as it has ended; `undefined` as soon as it is known not to serve at `place`, or `signal` aborts. */
  async at(place: CachePlace, signal: AbortSignal): Promise<Completion | undefined> {
    let stop: () => void = () => undefined;
    const stopped = new Promise<undefined>((resolve) => {
      stop = () => {
        resolve(undefined);
      };
    });
    const watch = (): void => {
      if (!this.answer.serves(place)) stop();
    };
    signal.addEventListener('abort', stop, { once: true });
    this.watchers.add(watch);
    try {
      watch();
      if (signal.aborted) stop();
      return await Promise.race([this.ended, stopped]);
    } finally {
      this.watchers.delete(watch);
      signal.removeEventListener('abort', stop);
    }
  }
}
