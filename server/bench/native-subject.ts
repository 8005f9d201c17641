import type { NativeEngine } from '../engine/native/addon.js';
import { ownMemory } from './memory.js';
import { ask } from './requests.js';
import type { ProcessMemory, Subject } from './subject.js';

/** This engine, in this process. It holds little beyond the mapped file, so that it never has to go. */
export class NativeSubject implements Subject {
  constructor(
    readonly identity: string,
    private readonly engine: NativeEngine,
  ) {}

  async prefill(tokens: Int32Array): Promise<number> {
    return (await ask(this.engine, { tokens, maxTokens: 1 }).summary).prefillMs;
  }

  async decode(context: Int32Array, steps: number): Promise<number> {
    // The first token needs no step of its own: its logits came with the prompt.
    return (await ask(this.engine, { tokens: context, maxTokens: steps + 1 }).summary).decodeMs;
  }

  memory(): Promise<ProcessMemory> {
    return Promise.resolve(ownMemory());
  }

  rest(): Promise<void> {
    return Promise.resolve();
  }
}
