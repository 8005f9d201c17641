/**
 * Engines that share one processor: one that completes and one that answers. Lanes order the requests of one engine; this
 * orders those of several.
 */

import type { Engine, Lane } from './contract.js';

/** The lane behind each of those that somebody waits for. */
const BEHIND = { inline: 'chat', chat: 'speculate' } as const;

interface Admitted {
  /** Requests under way, by lane. */
  readonly running: Record<keyof typeof BEHIND, number>;
  /** What it holds at present. */
  held: Lane | undefined;
}

export class Precedence {
  private readonly admitted = new Map<Engine, Admitted>();

  /**
   * `engine`, whose requests let those of all other engines wait that would wait for them in one engine. Closing it takes it
   * out again.
   */
  admit(engine: Engine): Engine {
    const running = { inline: 0, chat: 0 };
    this.admitted.set(engine, { running, held: undefined });
    this.update();
    return {
      info: engine.info,
      countTokens: (text) => engine.countTokens(text),
      generate: (plan, options) => {
        const generation = engine.generate(plan, options);
        const { lane } = options;
        if (lane === 'inline' || lane === 'chat') {
          running[lane]++;
          this.update();
          const ended = () => {
            running[lane]--;
            this.update();
          };
          generation.summary.then(ended, ended);
        }
        return generation;
      },
      hold: (lane) => {
        engine.hold(lane);
      },
      resident: (plan) => engine.resident(plan),
      cacheUsage: () => engine.cacheUsage(),
      savePrefix: (plan, path) => engine.savePrefix(plan, path),
      restorePrefix: (path) => engine.restorePrefix(path),
      close: () => {
        this.admitted.delete(engine);
        this.update();
        return engine.close();
      },
    };
  }

  private update(): void {
    for (const [engine, own] of this.admitted) {
      const others = [...this.admitted.values()].filter((other) => other !== own);
      const first = (['inline', 'chat'] as const).find((lane) =>
        others.some(({ running }) => running[lane] > 0),
      );
      const held = first && BEHIND[first];
      if (held === own.held) continue;
      own.held = held;
      engine.hold(held);
    }
  }
}
