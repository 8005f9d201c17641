/** Loads the addons as they are built: the one that ships, and the one through which tests reach native code. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type {
  CpuPath,
  NativeAddon,
  NativeRequest,
  NativeSummary,
} from '../../server/engine/native/addon.js';
import { findPackageRoot, loadAddon } from '../../server/engine/native/load-addon.js';
import { embeddedModel, modelFolder } from '../../server/models/find-model.js';

const root = findPackageRoot(path.dirname(fileURLToPath(import.meta.url)));
if (root === undefined) throw new Error('the tests do not lie in the package');

/** The repository's folder. */
export const packageRoot: string = root;

/** The model that ships with Lacuna. */
export const embeddedModelFile: string = embeddedModel(modelFolder(root));

export type { CpuPath };

export type AttentionForm = 'absorbed' | 'decompressed';

export interface AttentionShape {
  readonly heads: number;
  readonly rank: number;
  readonly nope: number;
  readonly rope: number;
  readonly value: number;
}

export interface AttentionCall {
  readonly path: CpuPath;
  readonly form: AttentionForm;
  /** Keeps the cache in bytes. */
  readonly int8?: boolean;
  readonly tokens: number;
  /** [tokens, heads * (nope + rope)] */
  readonly queries: Float32Array;
  /** [positions, rank + rope]; the tokens are the last ones. */
  readonly cache: Float32Array;
  /** [heads, rank, nope] */
  readonly kB: Float32Array;
  /** [heads, value, rank] */
  readonly vB: Float32Array;
}

export interface KernelCall {
  readonly path: CpuPath;
  readonly name:
    | 'multiply'
    | 'weightedSum'
    | 'rmsNorm'
    | 'siluMultiply'
    | 'maximum'
    | 'exponentiate'
    | 'scale'
    | 'addScaled';
  readonly x: Float32Array;
  readonly y?: Float32Array;
  /** What `weightedSum` adds to. */
  readonly out?: Float32Array;
  readonly factor?: number;
  readonly tokens?: number;
  readonly rows?: number;
  readonly columns?: number;
}

export interface LinearCall {
  readonly path: CpuPath;
  /** GGUF id of the weight type. */
  readonly type: number;
  readonly blocks: Uint8Array;
  readonly rows: number;
  readonly columns: number;
  readonly tokens: number;
  readonly x: Float32Array;
  readonly threads: number;
}

export interface Int8Rows {
  readonly q: Int8Array;
  readonly scales: Float32Array;
  readonly sums: Float32Array;
  readonly halves: Float32Array;
}

export interface RouteCall {
  readonly logits: Float32Array;
  readonly bias?: Float32Array;
  readonly used: number;
  readonly groups: number;
  readonly groupsUsed: number;
  readonly sigmoid: boolean;
  readonly normalize: boolean;
  readonly scale: number;
}

export interface SampleCall {
  /** [rows, vocabulary]; draw i is from row i, modulo their number. */
  readonly logits: Float32Array;
  /** 1 by default. */
  readonly rows?: number;
  readonly recent?: Int32Array;
  readonly banned?: Int32Array;
  readonly allowed?: Int32Array;
  /** As many as rows by default. */
  readonly draws?: number;
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly minP?: number;
  readonly repetitionPenalty?: number;
  readonly repetitionWindow?: number;
  readonly seed?: number;
  /** By token: odds that are mixed in, where they are above 0. */
  readonly odds?: Float32Array;
  /** Goes by the largest logits alone where they suffice; the normaliser that comes with them is wrong by this. */
  readonly normalizerError?: number;
}

/** Pages of a KV pool: total = free + held + cached. */
export interface PageUsage {
  readonly total: number;
  readonly free: number;
  readonly held: number;
  readonly shared: number;
  readonly cached: number;
}

export interface PrefixTree {
  /** A branch with what there is of `tokens`; its id. */
  acquire(tokens: Int32Array): number;
  /** Whether there were pages for `length` positions. */
  reserve(branch: number, length: number): boolean;
  publish(branch: number, tokens: Int32Array): void;
  release(branch: number): void;
  match(tokens: Int32Array): number;
  usage(): PageUsage;
  /** Parents before their children; `parent` is its page. */
  nodes(): {
    readonly page: number;
    readonly users: number;
    readonly tokens: Int32Array;
    readonly parent?: number;
  }[];
  /** `intact` if every position of the branch holds what was computed for `tokens`. */
  branch(
    branch: number,
    tokens: Int32Array,
  ): { readonly length: number; readonly intact: boolean; readonly pages: readonly number[] };
}

/** A model's path, or the bytes of each token; none for a control token. */
export type TestVocabulary = string | readonly Uint8Array[];

/** One token of an answer that has to begin with certain bytes. */
export interface HealingStep {
  /** The ids that were allowed, ascending. */
  readonly allowed: Int32Array;
  readonly id: number;
  /** How many bytes of the token lie within what had to come. */
  readonly within: number;
}

/** `native/runtime/copy_drafts.h` */
export interface CopyDrafts {
  addSource(tokens: Int32Array): void;
  push(tokens: Int32Array): void;
  next(limit: number): { readonly tokens: Int32Array; readonly trust: number };
}

/** `native/runtime/copy_mixture.h`; pairs of a token and its odds. */
export interface CopyMixture {
  push(tokens: Int32Array): void;
  odds(): readonly (readonly [number, number])[];
}

/** `native/runtime/draft_policy.h` */
export interface DraftPolicy {
  length(trust: number, available: number, rows: number): number;
  observe(trust: number, right: boolean): void;
  /** `byModule`: the drafts are guesses of the multi-token-prediction module. */
  passed(
    rows: number,
    drafted: number,
    accepted: number,
    seconds: number | undefined,
    byModule?: boolean,
  ): void;
  /** Whether a guess is worth asking for. */
  mayGuess(): boolean;
  /** Guesses took so many seconds. */
  guessed(seconds: number): void;
  /** What a pass of so many rows costs, in one-row passes. */
  cost(rows: number): number;
}

export interface SchedulerOptions {
  readonly layers?: number;
  readonly vocabulary?: number;
  readonly contextLength?: number;
  readonly chunk?: number;
  readonly pages?: number;
  /** Tokens that are computed many at a time come out otherwise than alone. */
  readonly rounds?: boolean;
  /** Logits stay on the device: sampling gets the largest, and whole rows where it asks for them. */
  readonly keepsLogits?: boolean;
  /** It has a module that guesses the next token, always right for greedy answers or always wrong; by default it has none. */
  readonly drafts?: 'right' | 'wrong';
  /** Every so many tokens of the vocabulary are line ends; by default, none. */
  readonly lineEnds?: number;
}

export type SchedulerEvent = {
  readonly handle: number;
} & (
  | { readonly id: number; readonly text: string; readonly logProbability: number }
  | { readonly error: string }
  | Omit<NativeSummary, 'prefillMs' | 'decodeMs'>
);

/** A scheduler over a made-up device whose answers depend on every position before them; its text is ids and blanks. */
export interface Scheduler {
  /** The request's handle. */
  add(request: NativeRequest): number;
  cancel(handle: number): void;
  /** Drops the passes of cancelled prompts. */
  forget(): void;
  /** A step of the lane whose turn it is, or at most `units` rows of a layer of it; `undefined` where there is nothing to do. */
  run(units?: number): number | undefined;
  /** What was heard since the last call. */
  events(): SchedulerEvent[];
  /** The passes that were begun since the last call. */
  passes(): {
    readonly lane: number;
    readonly kind: 'decode' | 'prefill';
    readonly chunks: readonly { readonly position: number; readonly tokens: number }[];
  }[];
  /** What the device was asked that its contract forbids. */
  faults(): string[];
  /** Rows of kept logits that were asked for. */
  rowsBrought(): number;
  /** Tokens that the device's module was asked to guess. */
  guesses(): number;
  usage(): PageUsage;
  match(tokens: Int32Array): number;
}

/** What `native/testing` registers; one block a room. */
export interface TestingAddon {
  readonly Scheduler: new (options: SchedulerOptions) => Scheduler;
  /** A prefix tree over a made-up device with `pages` pages of 64 positions. */
  readonly PrefixTree: new (pages: number) => PrefixTree;
  /** Heap allocations of loading `model`, and of a forward pass over `tokens` once one has run. */
  countAllocations(call: { path: CpuPath; model: string; tokens: Int32Array }): {
    readonly load: number;
    readonly warmPass: number;
  };
  /** All heads of one attention layer; float32 [tokens, heads * value]. */
  attention(call: AttentionShape & AttentionCall): Float32Array;
  /** The same on the tile unit, over a cache rounded to bfloat16. `rank` is a multiple of 32. With `form` as a prefill in that form. */
  tileAttention(
    call: AttentionShape & Omit<AttentionCall, 'form'> & { threads: number; form?: AttentionForm },
  ): Float32Array;
  /** The attention form the engine picks for `newTokens` at the end of `totalTokens`. */
  cheaperForm(shape: AttentionShape, newTokens: number, totalTokens: number): AttentionForm;
  /** One inner loop of `native/cpu/kernels.h`; `exponentiate` returns its sum as one more element. */
  kernel(call: KernelCall): Float32Array;
  /** Activations [tokens, columns] as bytes: one scale for 32, rows padded with zeros (`native/cpu/int8_rows.h`). */
  quantizeRows(call: {
    readonly path: CpuPath;
    readonly x: Float32Array;
    readonly tokens: number;
    readonly columns: number;
  }): Int8Rows;
  /** A weight matrix [rows, columns] times activations [tokens, columns]. */
  linear(call: LinearCall): Float32Array;
  /** silu(gate · x) * (up · x) in bfloat16, or null where it does not go on the tile unit. */
  gated(
    call: Omit<LinearCall, 'blocks' | 'decode'> & { gate: Uint8Array; up: Uint8Array },
  ): Float32Array | null;
  /** What a model's multi-token-prediction module says behind each token from `prompt` ≥ 1 on: float32 [tokens - prompt, vocabulary]. */
  mtpLogits(call: {
    readonly path: CpuPath;
    readonly model: string;
    readonly tokens: Int32Array;
    /** So many tokens go in one pass, the others one by one. */
    readonly prompt: number;
    readonly threads: number;
    /** Asks only behind one in so many tokens; the other rows are zeros. */
    readonly every?: number;
  }): Float32Array;
  /** The experts a token visits, ascending, and their weights. */
  route(call: RouteCall): { readonly experts: Int32Array; readonly weights: Float32Array };
  /** `draws` tokens by one sampler; how many of them the largest logits settled. */
  sample(call: SampleCall): {
    readonly ids: Int32Array;
    readonly logProbabilities: Float32Array;
    readonly settled: number;
  };
  /** Walks through what an answer may begin with: token `picks[i]`, modulo their number, at step i. */
  heal(call: {
    vocabulary: TestVocabulary;
    need: Uint8Array;
    picks?: Int32Array;
    excluded?: Int32Array;
  }): HealingStep[];
  /** How many of the last `limit` tokens are worth taking back. */
  tokensToHeal(call: { vocabulary: TestVocabulary; tokens: Int32Array; limit: number }): number;
  CopyDrafts: new (breaks: Int32Array) => CopyDrafts;
  CopyMixture: new (share: number, breaks: Int32Array) => CopyMixture;
  DraftPolicy: {
    new (mostRows: number): DraftPolicy;
    /** The trust in a guess to which the module itself gives this probability. */
    trustInGuess(probability: number): number;
  };
  /** The text that each chunk of bytes lets through, then what comes at the end. */
  textStream(stops: string[], chunks: Uint8Array[]): string[];
  /** The bytes of every token of a model file. */
  tokenBytes(path: string): Buffer[];
  /** Whole blocks of weight type `type` (its GGUF id) as float32, on one CPU path. */
  dequantize(path: CpuPath, type: number, blocks: Uint8Array, elements: number): Float32Array;
  /** Whether this CPU can run a path. */
  cpuPathAvailable(path: CpuPath): boolean;
}

export function nativeAddon(): NativeAddon {
  return loadAddon(packageRoot);
}

export function testingAddon(): TestingAddon {
  const file = path.join(packageRoot, 'build', 'Release', 'lacuna_testing.node');
  if (!existsSync(file))
    throw new Error(`${file} is missing: run the tests by \`npm test\`, which builds it`);
  return createRequire(import.meta.url)(file) as TestingAddon;
}

/** The path of a model in test/fixtures/models. */
export function fixtureModel(name: string): string {
  return path.join(packageRoot, 'test', 'fixtures', 'models', name);
}

/**
 * The paths that compute in float32 throughout and agree with the reference to its rounding; those this CPU can run. A path
 * that is missing here is named by `unavailablePaths`.
 */
export function exactPaths(): CpuPath[] {
  return allExact.filter((path) => testingAddon().cpuPathAvailable(path));
}

/** The paths that round activations for speed; those this CPU can run. */
export function fastPaths(): CpuPath[] {
  return allFast.filter((path) => testingAddon().cpuPathAvailable(path));
}

/** The paths this CPU cannot run: tests of them are skipped, and say so. */
export function unavailablePaths(): CpuPath[] {
  return [...allExact, ...allFast].filter((path) => !testingAddon().cpuPathAvailable(path));
}

const allExact: readonly CpuPath[] = ['reference', 'avx2', 'avx512'];
const allFast: readonly CpuPath[] = ['avx2-int8', 'avx-vnni', 'vnni', 'amx'];
