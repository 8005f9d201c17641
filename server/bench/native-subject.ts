import { existsSync } from 'node:fs';
import type { NativeEngine } from '../engine/native/addon.js';
import { ownMemory } from './memory.js';
import { ask } from './requests.js';
import type { ProcessMemory, Subject } from './subject.js';

/** A cache on disk has to save at least so many tokens of prefill. */
const WORTH_A_FILE = 256;

/** This engine, in this process. It holds little beyond the mapped file, so that it never has to go. */
export class NativeSubject implements Subject {
  constructor(
    readonly identity: string,
    private readonly engine: NativeEngine,
    /** Where the cache of a filled context is kept for the next run; `undefined` keeps none. */
    private readonly stateFile?: (tokens: number) => string,
  ) {}

  async prefill(tokens: Int32Array): Promise<number> {
    return (await ask(this.engine, { tokens, maxTokens: 1 }).summary).prefillMs;
  }

  async decode(context: Int32Array, steps: number): Promise<number> {
    await this.fill(context);
    // The first token needs no step of its own: its logits came with the prompt.
    return (await ask(this.engine, { tokens: context, maxTokens: steps + 1 }).summary).decodeMs;
  }

  /** Has all but the last token of `context` in the cache, from a file where there is one. */
  private async fill(context: Int32Array): Promise<void> {
    const lacking = (): number => context.length - this.engine.resident(context);
    const file = this.stateFile?.(context.length);
    if (file === undefined || lacking() < WORTH_A_FILE) return;
    try {
      if (existsSync(file)) await this.engine.restorePrefix(file);
    } catch {
      // Another build's, or broken: it is computed and written again.
    }
    if (lacking() < WORTH_A_FILE) return;
    await ask(this.engine, { tokens: context, maxTokens: 0 }).summary;
    await this.engine.savePrefix(context, file);
  }

  memory(): Promise<ProcessMemory> {
    return Promise.resolve(ownMemory());
  }

  rest(): Promise<void> {
    return Promise.resolve();
  }
}
