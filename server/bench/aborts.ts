import { setTimeout as sleep } from 'node:timers/promises';
import type { NativeEngine } from '../engine/native/addon.js';
import { Lcg, randomPrompt } from './prompts.js';
import { ask } from './requests.js';
import { percentilesOf, type Percentiles } from './statistics.js';

export interface AbortFigures {
  /** Milliseconds from the abort to the engine being idle again, while a prompt was computed. */
  readonly prefillMs: Percentiles;
  /** The same while tokens were generated. */
  readonly decodeMs: Percentiles;
  /** Aborts that each figure is made of. */
  readonly aborts: number;
}

/** A request that ended before its abort came is tried again; so often in all, for each abort that is wanted. */
const TRIES = 5;
/** Tokens after which a decoding request is aborted, at most. */
const DECODED = 8;

/**
 * Aborts `count` requests at random moments of prefill, and as many while they decode. `promptTokens` is the
 * length of the prompts whose prefill is aborted.
 *
 * @throws Error where the engine is too fast to be caught at work.
 */
export async function measureAborts(
  engine: NativeEngine,
  count: number,
  promptTokens: number,
): Promise<AbortFigures> {
  const random = new Lcg('aborts');
  const prompt = (seed: string): Int32Array =>
    randomPrompt(engine.info.vocabularySize, promptTokens, `abort ${seed}`);
  const { prefillMs } = await ask(engine, { tokens: prompt('none'), maxTokens: 1 }).summary;
  const inPrefill = await repeat(count, (run) => {
    const request = { tokens: prompt(`${run}`), maxTokens: 1 };
    return abortAfter(engine, request, 0, random.next() * prefillMs);
  });
  const tokens = prompt('none').subarray(0, 1);
  const maxTokens = engine.info.contextLength - 1;
  const { decodeMs } = await ask(engine, { tokens, maxTokens: DECODED + 1 }).summary;
  const inDecode = await repeat(count, () => {
    const seen = 1 + random.below(DECODED);
    return abortAfter(engine, { tokens, maxTokens }, seen, (random.next() * decodeMs) / DECODED);
  });
  return {
    prefillMs: percentilesOf(inPrefill),
    decodeMs: percentilesOf(inDecode),
    aborts: count,
  };
}

async function repeat(
  count: number,
  once: (run: number) => Promise<number | undefined>,
): Promise<number[]> {
  const values: number[] = [];
  for (let run = 0; values.length < count; run++) {
    if (run === count * TRIES)
      throw new Error(`only ${values.length} of ${run} requests could be aborted while they ran`);
    const ms = await once(run);
    if (ms !== undefined) values.push(ms);
  }
  return values;
}

/** Aborts a request `ms` milliseconds after its `seen`th token; `undefined` where it ended first. */
async function abortAfter(
  engine: NativeEngine,
  request: { tokens: Int32Array; maxTokens: number },
  seen: number,
  ms: number,
): Promise<number | undefined> {
  let tokens = 0;
  let reached = (): void => undefined;
  const enough = new Promise<void>((resolve) => (reached = resolve));
  if (seen === 0) reached();
  const { handle, summary } = ask(engine, request, () => {
    if (++tokens === seen) reached();
  });
  await Promise.race([enough, summary]);
  await pause(ms, summary);
  const aborted = performance.now();
  engine.cancel(handle);
  const { reason } = await summary;
  return reason === 'aborted' ? performance.now() - aborted : undefined;
}

/** Waits, but not beyond the end of `work`. */
async function pause(ms: number, work: Promise<unknown>): Promise<void> {
  const done = new AbortController();
  const { signal } = done;
  await Promise.race([sleep(ms, undefined, { signal }).catch(() => undefined), work]);
  done.abort();
}
