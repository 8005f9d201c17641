import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { NativeEngine } from '../engine/native/addon.js';
import { modelIdentity } from './identity.js';
import type { Journal } from './journal.js';
import { measureSpeed, type SpeedPlan, type SpeedResult } from './measure.js';
import { availableBytes, warmPageCache } from './memory.js';
import type { NativeSubject } from './native-subject.js';
import type { BenchOptions } from './options.js';
import type { PeerInstall } from './peer/find-peer.js';
import { Peer } from './peer/peer-subject.js';
import { randomPrompt } from './prompts.js';

/** llama.cpp's own default; larger batches were not faster. */
export const PEER_BATCH = 512;
/** Both subjects stay in memory while so many bytes are left beside them and the file's pages. */
const LEAST_FREE = 2 ** 30;
/** Tokens computed once before anything is measured. */
const WARM_UP = 64;

export interface SpeedContext {
  readonly engine: NativeEngine;
  readonly ours: NativeSubject;
  readonly plan: SpeedPlan;
  readonly journal: Journal;
  readonly fileBytes: number;
  /** `performance.now()` at the start of the benchmark. */
  readonly started: number;
}

export interface SpeedOutcome extends SpeedResult {
  /** As it was left, its process ended; `undefined` where none was asked for. */
  readonly peer: Peer | undefined;
}

/** Measures the speed of this engine, and of the peer by turns with it. */
export async function runSpeed(
  options: BenchOptions,
  context: SpeedContext,
): Promise<SpeedOutcome> {
  const { engine, ours, plan, journal, started } = context;
  const { onProgress } = options;
  const { vocabularySize, contextLength } = engine.info;
  const warmUp = randomPrompt(vocabularySize, Math.min(WARM_UP, contextLength - 1), 'warm up');
  await ours.prefill(warmUp);
  const temporary = mkdtempSync(path.join(tmpdir(), 'lacuna-bench-'));
  const clear = (): void => {
    rmSync(temporary, { recursive: true, force: true });
  };
  // Ctrl-C ends the process in the middle.
  process.once('exit', clear);
  const states = options.resume ?? path.join(temporary, 'state');
  const peer = options.peer && makePeer(options.peer, options, context, states, warmUp);
  try {
    const result = await measureSpeed(peer ? [ours, peer] : [ours], {
      plan,
      vocabularySize,
      journal,
      // While the other one computes, the system may take away what was not used for a minute.
      beforeEach: () => warmPageCache(options.model, context.fileBytes),
      mayGoOn: () => performance.now() - started < options.atMostMs,
      onMeasured: (subject, { name }, run, value) => {
        const who = subject === ours ? 'lacuna' : 'llama.cpp';
        onProgress(`${name} ${run + 1}/${plan.runs} ${who}: ${value.toFixed(2)} tokens/s`);
      },
    });
    return { ...result, peer };
  } finally {
    await peer?.stop();
    clear();
    process.off('exit', clear);
  }
}

function makePeer(
  install: PeerInstall,
  { model, device, onProgress }: BenchOptions,
  { engine, journal, fileBytes }: SpeedContext,
  states: string,
  warmUp: Int32Array,
): Peer {
  const { threads, contextLength } = engine.info;
  const where = device === 'cuda' ? 'cuda ' : '';
  const identity = `${install.package} ${modelIdentity(model)} ${where}threads=${threads} batch=${PEER_BATCH}`;
  const note = (item: string, value: number): void => {
    journal.add({ identity, item, value });
  };
  return new Peer({
    ...{ identity, install, model, device, threads, contextLength, warmUp },
    batch: PEER_BATCH,
    amx: journal.values(identity, 'withoutAmx').length === 0,
    stateFile: (tokens) => `${states}.peer-${tokens}`,
    mayStay: () => availableBytes() - fileBytes > LEAST_FREE,
    onWithoutAmx: (why) => {
      note('withoutAmx', 1);
      onProgress(`llama.cpp goes without AMX: with it, ${why}`);
    },
    onLoaded: (ms) => {
      note('firstTokenMs', ms);
    },
  });
}
