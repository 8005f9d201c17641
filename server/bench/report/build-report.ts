import { totalmem } from 'node:os';
import path from 'node:path';
import type { NativeAddon, NativeModelFile } from '../../engine/native/addon.js';
import type { AbortFigures } from '../aborts.js';
import { activeBytes, cacheBytesPerToken } from '../active-bytes.js';
import { ownMemory } from '../memory.js';
import type { BenchOptions } from '../options.js';
import type { Peer } from '../peer/peer-subject.js';
import type { ReplayFigures } from '../replay.js';
import { spreadOf } from '../statistics.js';
import { PEER_BATCH, type SpeedContext, type SpeedOutcome } from '../speed.js';
import {
  decodeFigures,
  memoryFigures,
  ratiosOf,
  spreadsOf,
  type BenchReport,
  type PeerFigures,
} from './figures.js';

/** Everything that was measured. */
export interface Measured {
  readonly options: BenchOptions;
  readonly file: NativeModelFile;
  readonly context: SpeedContext;
  readonly speed: SpeedOutcome;
  readonly load: BenchReport['load'];
  readonly replayed: readonly ReplayFigures[];
  readonly aborts: AbortFigures | null;
  readonly addon: NativeAddon;
}

export function buildReport(measured: Measured): BenchReport {
  const { options, file, context, speed, load, replayed, aborts, addon } = measured;
  const { engine, ours, plan, journal } = context;
  const { gpu, cpuPath, threads, contextLength, kvBytesPerToken } = engine.info;
  const { model, cores } = addon.cpuFeatures();
  const { identity } = ours;
  // What came after the last measurement of speed counts too.
  const { rssBytes, anonymousBytes } = ownMemory();
  journal.add({ identity, item: 'rssBytes', value: rssBytes });
  if (anonymousBytes !== null)
    journal.add({ identity, item: 'anonymousBytes', value: anonymousBytes });
  const spreads = (kind: 'prefill' | 'decode') => spreadsOf(journal, identity, plan, kind);
  return {
    schema: 1,
    model: { name: path.basename(file.path), path: file.path, fileBytes: file.size },
    machine: { cpu: model, cores, memoryBytes: totalmem() },
    engine: {
      device: options.device,
      ...(gpu !== undefined && { gpu }),
      ...{ cpuPath, threads, chunk: options.chunk, contextLength },
    },
    load,
    memory: memoryFigures(journal, identity, file.size) ?? {
      rssBytes,
      overFileBytes: rssBytes - file.size,
      anonymousBytes,
    },
    bytesPerToken: {
      weights: activeBytes(file),
      cache: kvBytesPerToken,
      leastCache: cacheBytesPerToken(file),
    },
    prefill: spreads('prefill'),
    decode: decodeFigures(spreads('decode'), file, engine.info),
    replay: replayed,
    aborts,
    peer: speed.peer ? peerFigures(speed.peer, options, context) : null,
    ...ratios(speed, context),
  };
}

function peerFigures(
  { identity }: Peer,
  options: BenchOptions,
  { engine, plan, journal, fileBytes }: SpeedContext,
): PeerFigures {
  const loads = journal.values(identity, 'firstTokenMs');
  return {
    name: 'llama.cpp',
    package: options.peer?.package ?? '',
    release: options.peer?.release ?? '',
    device: options.device,
    threads: engine.info.threads,
    batch: PEER_BATCH,
    withoutAmx: journal.values(identity, 'withoutAmx').length > 0,
    firstTokenMs: loads.length === 0 ? null : spreadOf(loads).median,
    memory: memoryFigures(journal, identity, fileBytes) ?? null,
    prefill: spreadsOf(journal, identity, plan, 'prefill'),
    decode: spreadsOf(journal, identity, plan, 'decode'),
  };
}

function ratios(
  { peer, failures, complete }: SpeedOutcome,
  { ours, plan, journal }: SpeedContext,
): Pick<BenchReport, 'ratios' | 'missing'> {
  if (!peer) return { ratios: {}, missing: {} };
  return ratiosOf(plan, journal, ours.identity, peer.identity, (identity, item) => {
    const who = identity === peer.identity ? 'llama.cpp' : 'lacuna';
    const failure = failures.get(identity)?.get(item);
    if (failure) return `${who} failed: ${failure.message}`;
    return complete ? `${who} has no figure` : `${who} was not measured yet: the time was up`;
  });
}
