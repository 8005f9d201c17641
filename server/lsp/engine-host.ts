import { DeviceError, type Engine, type EngineInfo } from '../engine/contract.js';
import type { DeviceSetting } from '../engine/device/choose-device.js';
import { orAborted } from './abortable.js';
import { within } from './deadlines.js';

/** What a model is loaded with; the fields of the same name in `LacunaSettings`. */
export interface EngineSettings {
  readonly model: string;
  readonly threads: number;
  readonly contextLength: number;
  readonly device: DeviceSetting;
  readonly kvCache: 'auto' | 'int8';
  /** Tokens, for a model that answers and does not complete, in place of `contextLength` where they are more. */
  readonly chatContextLength?: number;
  /** Whether `model` is the setting `lacuna.chatModel`. */
  readonly chat?: boolean;
}

/** Loads a model; `onProgress` gets 0 … 1. Rejects with an `EngineError` where a person can act. */
export type LoadEngine = (
  settings: EngineSettings,
  onProgress: (fraction: number) => void,
) => Promise<Engine>;

/** Hears what becomes of the model. `lost` is what the device before it ended with, where it takes that one's place. */
export interface EngineObserver {
  loading(lost?: DeviceError): void;
  progress(fraction: number): void;
  ready(engine: Engine, lost?: DeviceError): void;
  failed(error: unknown): void;
}

/** What has become of the model; `off` where none was asked for. */
export type EngineState =
  | { readonly kind: 'off' | 'loading' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'ready'; readonly engine: Engine };

/** Longest that an engine on a lost device may take to close, milliseconds. */
const LOST_CLOSE_MS = 5000;

interface Load {
  readonly settings: EngineSettings;
  /** Why the model is loaded on the CPU in place of the device it was on. */
  readonly lost?: DeviceError;
}

/**
 * Owns the one engine of the server: loads it in the background, loads it anew when it is told to or when its device is
 * lost, and never holds two at a time. A load that was overtaken is finished and thrown away, as it cannot be stopped.
 */
export class EngineHost {
  private turn = 0;
  private current: Promise<Engine | undefined> = Promise.resolve(undefined);
  private now: EngineState = { kind: 'off' };
  /** What `current` is once it has loaded, and what it was loaded with. */
  private loaded: { readonly engine: Engine; readonly settings: EngineSettings } | undefined;

  constructor(
    private readonly loadEngine: LoadEngine,
    private readonly observer: EngineObserver,
    private readonly lostCloseMs = LOST_CLOSE_MS,
  ) {}

  /** Closes the present engine, if any, and loads another. */
  load(settings: EngineSettings): void {
    this.begin({ settings }, closeQuietly(this.current));
  }

  /** Closes the engine, or throws away the one that is loading. Idempotent; never rejects. */
  async close(): Promise<void> {
    this.turn++;
    const closed = closeQuietly(this.current);
    // Whoever loads another one waits until this one is gone.
    this.current = closed.then(() => undefined);
    this.loaded = undefined;
    this.now = { kind: 'off' };
    await closed;
  }

  /** The engine as soon as it is loaded; `undefined` if it failed or is off, or if `signal` comes first. */
  engine(signal: AbortSignal): Promise<Engine | undefined> {
    return orAborted(this.current, signal);
  }

  get state(): EngineState {
    return this.now;
  }

  /** Of the engine that is loaded. */
  get info(): EngineInfo | undefined {
    return this.loaded?.engine.info;
  }

  /** Whether `engine` has given its place to another, or to none. */
  replaced(engine: Engine): boolean {
    return this.loaded?.engine !== engine;
  }

  /**
   * Tells that a request on `engine` failed. If that was the end of its device, the model is loaded anew on the CPU, where
   * this cannot happen again; who asks for the engine from now on waits for that one.
   */
  requestFailed(engine: Engine, error: unknown): void {
    if (!(error instanceof DeviceError) || this.loaded?.engine !== engine) return;
    const { settings } = this.loaded;
    if (settings.device === 'cpu') return;
    const closed = within(this.lostCloseMs, closeQuietly(this.current));
    this.begin({ settings: { ...settings, device: 'cpu' }, lost: error }, closed);
  }

  private begin(load: Load, closed: Promise<void>): void {
    const turn = ++this.turn;
    this.loaded = undefined;
    this.now = { kind: 'loading' };
    this.observer.loading(load.lost);
    this.current = this.replace(closed, load, turn);
  }

  private async replace(
    closed: Promise<void>,
    { settings, lost }: Load,
    turn: number,
  ): Promise<Engine | undefined> {
    await closed;
    if (turn !== this.turn) return undefined;
    try {
      const engine = await this.loadEngine(settings, (fraction) => {
        if (turn === this.turn) this.observer.progress(fraction);
      });
      if (turn === this.turn) {
        this.loaded = { engine, settings };
        this.now = { kind: 'ready', engine };
        this.observer.ready(engine, lost);
        return engine;
      }
      await engine.close();
    } catch (error) {
      if (turn === this.turn) {
        this.now = { kind: 'failed', error };
        this.observer.failed(error);
      }
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
