import type { NativeEngine, NativeSummary } from '../engine/native/addon.js';
import { quantile, spreadOf, type Spread } from './statistics.js';

export interface BenchPlan {
  /** Lengths of cold prompts. */
  readonly prefill: readonly number[];
  /** Cached tokens at which decoding is measured; 0 stands for a prompt of one token. */
  readonly depths: readonly number[];
  /** Tokens decoded at each depth, ≥ 2. */
  readonly decodeTokens: number;
  /** Times that everything is measured, in turn, ≥ 1. */
  readonly runs: number;
  /** Keystrokes replayed behind a prompt of `keystrokePrompt` tokens; 0 replays none. */
  readonly keystrokes: number;
  readonly keystrokePrompt: number;
}

export interface BenchFigures {
  /** Tokens a second, by length of the prompt. */
  readonly prefill: Readonly<Record<number, Spread>>;
  /** Tokens a second, by depth. */
  readonly decode: Readonly<Record<number, Spread>>;
  readonly keystroke?: {
    /** Milliseconds from a request to its first token. */
    readonly msP50: number;
    readonly msP95: number;
    /** Prompt tokens that had to be computed. */
    readonly prefilledP50: number;
  };
}

/**
 * Runs the plan round by round, so that a slow spell of the machine touches every figure and not one. `onRound` hears which
 * round begins.
 */
export async function measure(
  engine: NativeEngine,
  plan: BenchPlan,
  onRound: (round: number) => void = () => undefined,
): Promise<BenchFigures> {
  const prefill = new Map<number, number[]>(plan.prefill.map((n) => [n, []]));
  const decode = new Map<number, number[]>(plan.depths.map((depth) => [depth, []]));
  for (let round = 0; round < plan.runs; round++) {
    onRound(round);
    for (const [length, rates] of prefill) {
      // A first token of its own makes every prompt cold.
      const { prefillMs } = await ask(
        engine,
        prompt(engine, length, `prefill ${length} ${round}`),
        1,
      );
      rates.push((length / prefillMs) * 1000);
    }
    for (const [depth, rates] of [...decode].sort(([a], [b]) => a - b)) {
      const tokens = prompt(engine, Math.max(1, depth), `decode ${round}`);
      const { decodeMs } = await ask(engine, tokens, plan.decodeTokens);
      // The first token needs no pass of its own: its logits came with the prompt.
      rates.push(((plan.decodeTokens - 1) / decodeMs) * 1000);
    }
  }
  const keystroke = plan.keystrokes > 0 ? { keystroke: await replay(engine, plan) } : {};
  return { prefill: spreads(prefill), decode: spreads(decode), ...keystroke };
}

function spreads(measured: ReadonlyMap<number, readonly number[]>): Record<number, Spread> {
  return Object.fromEntries([...measured].map(([key, values]) => [key, spreadOf(values)]));
}

/** Types one token after the other behind a prompt and asks for a first token each time. */
async function replay(engine: NativeEngine, plan: BenchPlan) {
  const typed = prompt(engine, plan.keystrokePrompt + plan.keystrokes, 'keystrokes');
  await ask(engine, typed.subarray(0, plan.keystrokePrompt), 1);
  const latencies: number[] = [];
  const prefilled: number[] = [];
  for (let i = 1; i <= plan.keystrokes; i++) {
    const started = performance.now();
    const summary = await ask(engine, typed.subarray(0, plan.keystrokePrompt + i), 1);
    latencies.push(performance.now() - started);
    prefilled.push(summary.promptTokens - summary.residentTokens);
  }
  const ascending = (values: number[]): number[] => values.sort((a, b) => a - b);
  return {
    msP50: quantile(ascending(latencies), 0.5),
    msP95: quantile(latencies, 0.95),
    prefilledP50: quantile(ascending(prefilled), 0.5),
  };
}

function ask(engine: NativeEngine, tokens: Int32Array, maxTokens: number): Promise<NativeSummary> {
  return new Promise((resolve, reject) => {
    engine.generate(
      { tokens, lane: 0, maxTokens, endTokens: new Int32Array(0), bannedTokens: new Int32Array(0) },
      () => undefined,
      (error, summary) => {
        if (summary) resolve(summary);
        else reject(error ?? new Error('the engine gave neither an error nor a summary'));
      },
    );
  });
}

/** Ids spread over the vocabulary; the same for the same length and seed, and different from the first on for another seed. */
function prompt(engine: NativeEngine, length: number, seed: string): Int32Array {
  let state = Buffer.from(seed).reduce((hash, byte) => (Math.imul(hash, 31) + byte) >>> 0, 7);
  return Int32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * engine.info.vocabularySize);
  });
}
