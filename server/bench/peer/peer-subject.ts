import type { ProcessMemory, Subject } from '../subject.js';
import type { Device } from '../../engine/native/addon.js';
import type { PeerInstall } from './find-peer.js';
import { PeerError, PeerProcess } from './peer-process.js';

export interface PeerOptions {
  readonly install: PeerInstall;
  /** See `Subject.identity`. */
  readonly identity: string;
  readonly model: string;
  readonly device: Device;
  readonly threads: number;
  /** Tokens of its cache. */
  readonly contextLength: number;
  /** Tokens per prefill step. */
  readonly batch: number;
  /** Computed once, unmeasured, after each start: every weight has been touched then. */
  readonly warmUp: Int32Array;
  /** Where the cache of a filled context is kept for the next start; `undefined` keeps none. */
  readonly stateFile: ((tokens: number) => string) | undefined;
  /** Whether memory has room for its process beside the other subject. */
  readonly mayStay: () => boolean;
  /** Whether it may use AMX. Where that makes it crash in loading, it is started again without. */
  readonly amx: boolean;
  /** It cannot use AMX on this file; `why` is how it ended. */
  readonly onWithoutAmx: (why: string) => void;
  /** Milliseconds from the start of loading to its first token. */
  readonly onLoaded: (ms: number) => void;
}

/** Slow machines take minutes for a step of a large model. */
const SILENCE_MS = 15 * 60_000;
/** Starts that may fail in a row before it is given up. */
const TRIES = 2;

/** llama.cpp, in a process of its own that is started when it is needed and again where it has died. */
export class Peer implements Subject {
  readonly identity: string;
  private process: PeerProcess | undefined;
  private amx: boolean;
  private failedStarts = 0;
  private lastFailure: PeerError | undefined;

  constructor(private readonly options: PeerOptions) {
    this.amx = options.amx;
    this.identity = options.identity;
  }

  async prefill(tokens: Int32Array): Promise<number> {
    return (await this.call('prefill', { tokens: [...tokens] })) as number;
  }

  async decode(context: Int32Array, steps: number): Promise<number> {
    const state = this.options.stateFile?.(context.length);
    return (await this.call('decode', { context: [...context], count: steps, state })) as number;
  }

  async memory(): Promise<ProcessMemory> {
    return (await this.call('memory', {})) as ProcessMemory;
  }

  async rest(): Promise<void> {
    if (!this.options.mayStay()) await this.stop();
  }

  async stop(): Promise<void> {
    await this.process?.stop();
    this.process = undefined;
  }

  private async call(method: string, params: object): Promise<unknown> {
    const process = await this.started();
    return process.call(method, params);
  }

  private async started(): Promise<PeerProcess> {
    if (this.process?.running) return this.process;
    if (this.lastFailure && this.failedStarts >= TRIES) throw this.lastFailure;
    try {
      this.process = await this.start();
      this.failedStarts = 0;
      return this.process;
    } catch (error) {
      if (!(error instanceof PeerError)) throw error;
      if (error.gone && this.amx && /cur_backend_id/.test(error.message)) {
        this.amx = false;
        this.options.onWithoutAmx(error.message);
        return this.started();
      }
      this.failedStarts++;
      this.lastFailure = error;
      throw error;
    }
  }

  private async start(): Promise<PeerProcess> {
    const { install, model, device, threads, contextLength, batch, warmUp } = this.options;
    const process = new PeerProcess(install.script, SILENCE_MS);
    try {
      const load = { model, device, threads, contextLength, batch, withoutAmx: !this.amx };
      const loadMs = (await process.call('load', load)) as number;
      const firstMs = await process.call('prefill', { tokens: [...warmUp.subarray(0, 1)] });
      this.options.onLoaded(loadMs + (firstMs as number));
      await process.call('prefill', { tokens: [...warmUp] });
      return process;
    } catch (error) {
      await process.stop();
      throw error;
    }
  }
}
