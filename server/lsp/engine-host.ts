import type { Engine } from '../engine/contract.js';
import { orAborted } from './abortable.js';

/** What a model is loaded with; the fields of the same name in `LacunaSettings`. */
export interface EngineSettings {
  readonly model: string;
  readonly threads: number;
  readonly contextLength: number;
  readonly kvCache: 'auto' | 'int8';
}

/** Loads a model; `onProgress` gets 0 … 1. Rejects with an `EngineError` where a person can act. */
export type LoadEngine = (
  settings: EngineSettings,
  onProgress: (fraction: number) => void,
) => Promise<Engine>;

/** Hears what becomes of the model. */
export interface EngineObserver {
  loading(): void;
  progress(fraction: number): void;
  ready(engine: Engine): void;
  failed(error: unknown): void;
}

/**
 * Owns the one engine of the server: loads it in the background, loads it anew when it is told to, and never
 * holds two at a time. A load that was overtaken is finished and thrown away, as it cannot be stopped.
 */
export class EngineHost {
  private turn = 0;
  private current: Promise<Engine | undefined> = Promise.resolve(undefined);

  constructor(
    private readonly loadEngine: LoadEngine,
    private readonly observer: EngineObserver,
  ) {}

  /** Closes the present engine, if any, and loads another. */
  load(settings: EngineSettings): void {
    const turn = ++this.turn;
    const previous = this.current;
    this.observer.loading();
    this.current = this.replace(previous, settings, turn);
  }

  /** Closes the engine, or throws away the one that is loading. Idempotent; never rejects. */
  async close(): Promise<void> {
    this.turn++;
    const previous = this.current;
    this.current = Promise.resolve(undefined);
    await closeQuietly(previous);
  }

  /** The engine as soon as it is loaded; `undefined` if it failed or is off, or if `signal` comes first. */
  engine(signal: AbortSignal): Promise<Engine | undefined> {
    return orAborted(this.current, signal);
  }

  private async replace(
    previous: Promise<Engine | undefined>,
    settings: EngineSettings,
    turn: number,
  ): Promise<Engine | undefined> {
    await closeQuietly(previous);
    if (turn !== this.turn) return undefined;
    try {
      const engine = await this.loadEngine(settings, (fraction) => {
        if (turn === this.turn) this.observer.progress(fraction);
      });
      if (turn === this.turn) {
        this.observer.ready(engine);
        return engine;
      }
      await engine.close();
    } catch (error) {
      if (turn === this.turn) this.observer.failed(error);
    }
    return undefined;
  }
}

async function closeQuietly(engine: Promise<Engine | undefined>): Promise<void> {
  try {
    await (await engine)?.close();
  } catch {
    // It is being thrown away: nobody is left who could be hurt by it.
  }
}
