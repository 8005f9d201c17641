/** Something that runs the model and is measured: this engine, or another one on the same file. */
export interface Subject {
  /** Measurements with the same identity may be joined: it names program, build, model and settings. */
  readonly identity: string;
  /** Milliseconds to compute a prompt of which nothing is in the cache. */
  prefill(tokens: Int32Array): Promise<number>;
  /** Milliseconds of `steps` decoding steps, greedy, behind `context` (≥ 1 token). Filling the cache is not counted. */
  decode(context: Int32Array, steps: number): Promise<number>;
  /** Bytes of the process that runs the model. */
  memory(): Promise<ProcessMemory>;
  /** Another subject is next: gives up what would be in its way. */
  rest(): Promise<void>;
}

export interface ProcessMemory {
  /** Everything in memory, the mapped file's pages included. */
  readonly rssBytes: number;
  /** What is not a file's; null where the system does not tell. */
  readonly anonymousBytes: number | null;
}
