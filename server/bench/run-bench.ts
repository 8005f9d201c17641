import path from 'node:path';
import { describeModel } from '../engine/model/describe-model.js';
import type { NativeAddon, NativeEngine, NativeModelFile } from '../engine/native/addon.js';
import { measureAborts, type AbortFigures } from './aborts.js';
import { buildIdentity, modelIdentity } from './identity.js';
import { Journal } from './journal.js';
import type { SpeedPlan } from './measure.js';
import { warmPageCache } from './memory.js';
import { NativeSubject } from './native-subject.js';
import {
  ABORTED_TOKENS,
  contextFor,
  DOCUMENT_TOKENS,
  fittingPlan,
  type BenchOptions,
} from './options.js';
import { randomPrompt } from './prompts.js';
import { replay, type ReplayFigures } from './replay.js';
import { buildReport } from './report/build-report.js';
import type { BenchReport } from './report/figures.js';
import { ask } from './requests.js';
import { runSpeed } from './speed.js';

/**
 * Loads the model and measures what `options.parts` names. `addonFile` is where `addon` was loaded from.
 *
 * @throws EngineError, as a rejection, where the model cannot be loaded or holds none of the lengths.
 */
export async function runBench(
  addon: NativeAddon,
  addonFile: string,
  options: BenchOptions,
): Promise<BenchReport> {
  const started = performance.now();
  const file = addon.openModelFile(options.model);
  const plan = planFor(options, file);
  const journal = Journal.open(options.resume);
  options.onProgress(`reading ${path.basename(options.model)} into memory`);
  await warmPageCache(options.model, file.size);
  const { engine, load } = await loadTimed(addon, options, contextFor(options, plan));
  try {
    const { gpu, cpuPath, threads } = engine.info;
    const device = gpu === undefined ? '' : `${gpu} `;
    const settings = `${device}${cpuPath} threads=${threads} chunk=${options.chunk}`;
    const ours = new NativeSubject(
      `lacuna ${buildIdentity(addonFile)} ${modelIdentity(options.model)} ${settings}`,
      engine,
      options.resume === undefined
        ? undefined
        : (tokens) => `${options.resume ?? ''}.lacuna-${tokens}`,
    );
    const context = { engine, ours, plan, journal, fileBytes: file.size, started };
    const speed = await runSpeed(options, context);
    if (!speed.complete) options.onProgress('stopped at the given time; --resume goes on');
    const replayed = await replayPart(options, engine, file);
    const aborts = await abortPart(options, engine);
    return buildReport({ options, file, context, speed, load, replayed, aborts, addon });
  } finally {
    await engine.close();
  }
}

/** Milliseconds from the start of loading until the model was ready, and to a first token. */
export interface LoadFigures {
  readonly ms: number;
  readonly firstTokenMs: number;
}

async function loadTimed(
  addon: NativeAddon,
  { model, device, threads, chunk }: BenchOptions,
  contextLength: number,
): Promise<{ engine: NativeEngine; load: LoadFigures }> {
  const started = performance.now();
  const engine = await addon.loadEngine(model, { contextLength, device, threads, chunk });
  const ms = performance.now() - started;
  try {
    const tokens = randomPrompt(engine.info.vocabularySize, 1, 'first token');
    await ask(engine, { tokens, maxTokens: 1 }).summary;
    return { engine, load: { ms, firstTokenMs: performance.now() - started } };
  } catch (error) {
    await engine.close();
    throw error;
  }
}

function planFor({ parts, speed }: BenchOptions, file: NativeModelFile): SpeedPlan {
  if (!parts.has('speed')) return { ...speed, prefill: [], depths: [] };
  return fittingPlan(speed, Number(file.get('deepseek2.context_length') ?? 0));
}

async function replayPart(
  { parts, keystrokes, onProgress }: BenchOptions,
  engine: NativeEngine,
  file: NativeModelFile,
): Promise<ReplayFigures[]> {
  if (!parts.has('replay')) return [];
  return replay(engine, describeModel(file), {
    keystrokes,
    documentTokens: DOCUMENT_TOKENS,
    onLayout: (layout, keys) => {
      onProgress(`replaying ${keys} keystrokes, ${layout} plan`);
    },
  });
}

async function abortPart(
  { parts, aborts, onProgress }: BenchOptions,
  engine: NativeEngine,
): Promise<AbortFigures | null> {
  if (!parts.has('aborts')) return null;
  onProgress(`aborting ${aborts} requests in prefill and ${aborts} in decode`);
  const longest = engine.info.contextLength - 1;
  return measureAborts(engine, aborts, Math.min(ABORTED_TOKENS, longest));
}
