/**
 * Run by abort-storm.test.ts in a process of its own, so that nothing else moves its memory: request after request in mixed
 * lanes, most of them cancelled at some moment, over a cache too small for them. Argument: a model file. Prints one JSON
 * object (`StormReport`).
 */
import process from 'node:process';
import type { NativeEngine } from '../../../server/engine/native/addon.js';
import { nativeAddon, type PageUsage } from '../addons.js';
import { createRandom, type Random } from '../random.js';
import { ask, prompt, until } from './ask.js';

export interface StormReport {
  readonly requests: number;
  /** By reason. */
  readonly ended: Readonly<Record<string, number>>;
  readonly usage: PageUsage;
  /** Bytes, after each of twelve rounds. */
  readonly rss: readonly number[];
  /** An answer before the storm, and after it. */
  readonly before: readonly number[];
  readonly after: readonly number[];
}

const perRound = 250;
const rounds = 12;

/** A text like others as far as chance wills it. */
function text(random: Random): Int32Array {
  const length = 1 + random.below(300);
  const common = random.below(length);
  const step = 3 + random.below(200);
  return Int32Array.from({ length }, (_, i) =>
    i < common ? prompt(length)[i]! : (i * step) % 250,
  );
}

async function request(
  engine: NativeEngine,
  random: Random,
  count: (reason: string) => void,
): Promise<void> {
  const { handle, answer } = ask(engine, {
    tokens: text(random),
    lane: random.below(4),
    maxTokens: random.below(60),
    temperature: random.below(2),
    overflow: 'trim',
  });
  const patience = random.below(4);
  if (patience === 0) engine.cancel(handle);
  if (patience === 1)
    setImmediate(() => {
      engine.cancel(handle);
    });
  if (patience === 2)
    setTimeout(() => {
      engine.cancel(handle);
    }, random.below(40));
  count((await answer).summary.reason);
}

/** Of the model that the test writes: four layers of 13 values. */
const pageBytes = 64 * 4 * 13 * 4;
const engine = await nativeAddon().loadEngine(process.argv[2]!, {
  contextLength: 256,
  chunk: 32,
  kvBytes: 24 * pageBytes,
  threads: 2,
});
const random = createRandom(7);
const ended: Record<string, number> = {};
const rss: number[] = [];
const probe = { tokens: prompt(100, 9), maxTokens: 12 };
const before = (await ask(engine, probe).answer).ids;
for (let round = 0; round < rounds; round++) {
  let running: Promise<void>[] = [];
  for (let i = 0; i < perRound; i++) {
    running.push(request(engine, random, (reason) => (ended[reason] = (ended[reason] ?? 0) + 1)));
    // Bursts of up to 40 requests that run side by side, then a moment for some to end.
    if (running.length < 1 + random.below(40)) continue;
    await Promise.race(running);
    if (running.length >= 40) running = (await Promise.all(running), []);
  }
  await Promise.all(running);
  globalThis.gc?.();
  rss.push(process.memoryUsage.rss());
}
const after = (await ask(engine, probe).answer).ids;
// The pass of an aborted prompt is kept for a moment.
await until(() => engine.pageUsage().held === 0, 20);
const report: StormReport = {
  requests: rounds * perRound,
  ended,
  usage: engine.pageUsage(),
  rss,
  before,
  after,
};
process.stdout.write(JSON.stringify(report));
await engine.close();
