/**
 * The native addon's interface, typed once. Policy lives in TypeScript; the addon only reads files and runs
 * the model. Errors thrown by the addon carry `code` and `remedy` (see `NativeError`).
 */

/** Scalars and strings as they are; arrays of strings and numbers as arrays. 64-bit integers become numbers if exact, else bigint. */
export type MetadataValue = string | number | bigint | boolean | readonly MetadataValue[];

export interface TensorSummary {
  readonly name: string;
  /** GGUF's own type name, e.g. `Q4_K`. */
  readonly type: string;
  /** ne order: the contiguous dimension first. */
  readonly shape: readonly number[];
  /** Bytes the tensor takes in the file. */
  readonly bytes: number;
}

/** A GGUF file, checked and mapped; nothing is copied but the metadata that is asked for. */
export interface NativeModelFile {
  readonly path: string;
  /** Bytes of the file. */
  readonly size: number;
  readonly version: number;
  keys(): string[];
  /** `undefined` where the file has no such key. */
  get(key: string): MetadataValue | undefined;
  tensors(): TensorSummary[];
}

/** The CPU paths, as `native/cpu/kernels.h` names them. */
export const cpuPaths = [
  'reference',
  'avx2',
  'avx512',
  'avx2-int8',
  'avx-vnni',
  'vnni',
  'amx',
] as const;

export type CpuPath = (typeof cpuPaths)[number];

export type Device = 'cpu' | 'cuda';

export interface NativeEngineOptions {
  /** Tokens of one prompt and its answer; capped by what the model was trained for. */
  readonly contextLength?: number;
  /**
   * Bytes of the KV cache, which all requests share; by default enough for two full contexts. Memory is taken as it is
   * filled. One that is smaller than a context shortens the context.
   */
  readonly kvBytes?: number;
  /**
   * How positions are kept: `auto` as float32 for small models and bfloat16 for large ones, `int8` in about half the
   * bytes of bfloat16, slightly rounded.
   */
  readonly kvCache?: 'auto' | 'int8';
  /** Worker threads, the engine's own included; 0 picks the number of physical cores. */
  readonly threads?: number;
  /**
   * `auto` picks for a small model the fastest path in float32, whose answers do not depend on how a prompt was cut
   * into passes, and for a large one the fastest this CPU can run.
   */
  readonly cpuPath?: 'auto' | CpuPath;
  /** Tokens per prefill step; default 1024. */
  readonly chunk?: number;
  /** Default `cpu`. With `cuda`, `threads` and `cpuPath` are of the layers that find no room on the GPU. */
  readonly device?: Device;
}

export interface NativeEngineInfo {
  readonly device: Device;
  /** With `cuda`: the GPU's own name. */
  readonly gpu?: string;
  readonly cpuPath: CpuPath;
  readonly threads: number;
  readonly contextLength: number;
  readonly vocabularySize: number;
  /** Bytes of weights mapped from the file, of a full KV cache, and of scratch buffers. */
  readonly weightBytes: number;
  readonly kvBytes: number;
  readonly scratchBytes: number;
  readonly kvBytesPerToken: number;
  /** The KV cache is made of pages: bytes and tokens of each. */
  readonly pageBytes: number;
  readonly pageTokens: number;
}

/** Pages of the KV cache. total = free + held + cached. */
export interface NativePageUsage {
  readonly total: number;
  readonly free: number;
  /** In use by requests; `shared` of them by two or more. */
  readonly held: number;
  readonly shared: number;
  /** Kept for later requests; the least recently used go first. */
  readonly cached: number;
}

export interface NativeRequest {
  readonly tokens: Int32Array;
  /** 0 inline, 1 chat, 2 speculate, 3 warm. */
  readonly lane: number;
  readonly maxTokens: number;
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly minP?: number;
  readonly repetitionPenalty?: number;
  readonly repetitionWindow?: number;
  readonly copy?: number;
  readonly seed?: number;
  readonly stop?: readonly string[];
  /** Up to 6. Above 1, the first line is searched for; temperature and penalty must be left out. */
  readonly beam?: number;
  /** How many of the last tokens may be taken back and written again by the answer; default 0. Only as many are as it helps. */
  readonly heal?: number;
  /** Token lists that the answer may repeat, the latest last; prompt and answer are looked at anyway. */
  readonly draftSources?: readonly Int32Array[];
  /** Tokens of a draft to verify at a time, as far as there are so many; by default what measured costs make worthwhile. */
  readonly draftLength?: number;
  /** Whether the model's own multi-token-prediction module, where it has one, may guess where nothing is copied; default true. */
  readonly draftByModule?: boolean;
  /** Tokens that end the answer. */
  readonly endTokens: Int32Array;
  /** Tokens that must never be sampled. */
  readonly bannedTokens: Int32Array;
  /**
   * What happens when prompt and answer do not fit the context. `stop` (the default) refuses a longer prompt and ends an
   * answer; `trim` drops the middle: the first `keepFirst` tokens (default 0, at most half the context) and the newest stay.
   */
  readonly overflow?: 'stop' | 'trim';
  readonly keepFirst?: number;
}

export interface NativeSummary {
  readonly reason: 'stop' | 'end' | 'length' | 'context' | 'aborted';
  readonly promptTokens: number;
  readonly residentTokens: number;
  readonly generatedTokens: number;
  /** Tokens that were dropped to fit the context. */
  readonly trimmedTokens: number;
  readonly healedTokens: number;
  readonly draftedTokens: number;
  readonly acceptedTokens: number;
  /** Those that the model's own module guessed. */
  readonly mtpDraftedTokens: number;
  readonly mtpAcceptedTokens: number;
  readonly prefillMs: number;
  readonly decodeMs: number;
  /** What a search has found, best first. */
  readonly lines?: readonly NativeLine[];
}

export interface NativeLine {
  readonly tokens: readonly {
    readonly id: number;
    readonly text: string;
    readonly logProbability: number;
  }[];
  readonly logProbability: number;
}

export interface NativeEngine {
  readonly info: NativeEngineInfo;
  /**
   * Queues a request. `onToken` is called on the JavaScript thread in order, then `onEnd` exactly once.
   * Returns a handle for `cancel`.
   */
  generate(
    request: NativeRequest,
    onToken: (id: number, text: string, logProbability: number) => void,
    onEnd: (error: NativeError | null, summary: NativeSummary | null) => void,
  ): number;
  /** Stops a request, inside a layer too; unknown handles are ignored. */
  cancel(handle: number): void;
  /** Requests in lanes from this number on wait until told otherwise; 4 lets all of them run. */
  hold(first: number): void;
  /** Leading tokens that have KV now; 0 once the engine is closed. */
  resident(tokens: Int32Array): number;
  pageUsage(): NativePageUsage;
  /** Writes the KV of what is resident of `tokens` to a file that only this user may read, and tells how many tokens that is; with 0 there is no file. */
  savePrefix(tokens: Int32Array, path: string): Promise<number>;
  /**
   * Takes in a file of `savePrefix`, as far as there are pages that no request uses; tells how many of its tokens are
   * resident then. Rejects, with nothing changed, where the file is damaged (`corrupt`), or was made by another model or
   * CPU path (`unsupported`).
   */
  restorePrefix(path: string): Promise<number>;
  /** Float32 [tokens, vocabulary], row-major; every position's logits, computed `chunk` tokens at a time without the cache. */
  logits(tokens: Int32Array, chunk: number): Promise<Float32Array>;
  /** Aborts what runs, joins the engine thread, frees the model. Idempotent. */
  close(): Promise<void>;
}

export interface CpuFeatures {
  readonly vendor: string;
  readonly model: string;
  /** Physical cores this process may use. */
  readonly cores: number;
  readonly avx2: boolean;
  /** VNNI in 256-bit registers, on CPUs without AVX-512. */
  readonly avxVnni: boolean;
  readonly avx512: boolean;
  readonly avx512vnni: boolean;
  readonly avx512bf16: boolean;
  readonly amxInt8: boolean;
  readonly amxBf16: boolean;
}

/** A GPU that has run a kernel and computed the right result. */
export interface NativeGpu {
  /** The CUDA version that the driver is for: `13.0`. */
  readonly driverVersion: string;
  readonly name: string;
  /** `9.0` */
  readonly capability: string;
  readonly multiprocessors: number;
  readonly totalBytes: number;
  readonly freeBytes: number;
}

/** What this build has for GPUs. */
export interface CudaKernels {
  /** Compute capabilities with code of their own, `9.0`; empty where the build has no kernels. */
  readonly capabilities: readonly string[];
  /** The CUDA version that a driver must be for, at least: `13.0`. */
  readonly neededDriver: string;
}

/** Where the bytes of a model would lie. Bytes on the GPU, where nothing else is said. */
export interface CudaPlan {
  readonly fits: boolean;
  readonly freeBytes: number;
  readonly neededBytes: number;
  readonly weightBytes: number;
  readonly kvBytes: number;
  readonly scratchBytes: number;
  /** Of the routed experts on the GPU, which `weightBytes` leaves out. */
  readonly expertBytes: number;
  /** How many of a layer's `experts` are on the GPU at a time; the CPU computes the others. */
  readonly expertSlots: number;
  readonly experts: number;
  /** A sentence for a person, where some experts stay on the CPU; else empty. */
  readonly note: string;
}

export interface NativeError extends Error {
  /** `not-found`, `is-directory`, `empty`, `not-gguf`, `corrupt`, `unsupported`, `io`, `out-of-memory`, `invalid-argument`, `closed`, `no-driver`, `no-device`, `driver-too-old`, `device-lost`. */
  readonly code: string;
  readonly remedy: string;
}

export interface NativeAddon {
  openModelFile(path: string): NativeModelFile;
  /** Loads on a worker thread. `onProgress` gets 0 … 1. */
  loadEngine(
    path: string,
    options: NativeEngineOptions,
    onProgress?: (fraction: number) => void,
  ): Promise<NativeEngine>;
  cpuFeatures(): CpuFeatures;
  cudaKernels(): CudaKernels;
  /**
   * Tries the GPU. `driver` is a library's path; by default what the environment variable LACUNA_CUDA_DRIVER names, else
   * the system's. A broken driver may crash or hang: call it in a process of its own (`device/probe.ts`).
   *
   * @throws NativeError, `io` where the GPU computes a wrong result
   */
  probeCuda(driver?: string): NativeGpu;
  /** How `loadEngine` with the same options and `device: 'cuda'` would fill the GPU. Only where a probe went well. */
  planCuda(path: string, options: NativeEngineOptions): CudaPlan;
}
