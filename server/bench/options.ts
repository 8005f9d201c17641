import { EngineError } from '../engine/contract.js';
import type { Device } from '../engine/native/addon.js';
import type { SpeedPlan } from './measure.js';
import type { PeerInstall } from './peer/find-peer.js';

/** What can be measured, each alone. */
export type BenchPart = 'speed' | 'replay' | 'aborts';

export interface BenchOptions {
  /** GGUF file. */
  readonly model: string;
  /** Where this engine, and the peer, compute. */
  readonly device: Device;
  /** 0 takes the physical cores. */
  readonly threads: number;
  /** Tokens per prefill step. */
  readonly chunk: number;
  readonly parts: ReadonlySet<BenchPart>;
  readonly speed: SpeedPlan;
  /** Keystrokes of the replay, ≥ 1. */
  readonly keystrokes: number;
  /** Aborts in prefill, and as many in decode, ≥ 1. */
  readonly aborts: number;
  readonly peer: PeerInstall | undefined;
  /** File that keeps the measurements of speed for a later run; beside it lie both caches of filled contexts. */
  readonly resume: string | undefined;
  /** No measurement of speed begins later than this, milliseconds from the start. */
  readonly atMostMs: number;
  readonly onProgress: (line: string) => void;
}

/** Tokens of the document that is typed into. */
export const DOCUMENT_TOKENS = 2000;
/** Length of the prompts whose prefill is aborted. */
export const ABORTED_TOKENS = 512;
/** Room beyond the document and what is typed: the markers and the answer. */
const REPLAY_ROOM = 256;

/**
 * The part of the plan that a model's context can hold.
 *
 * @throws EngineError where that is nothing.
 */
export function fittingPlan(plan: SpeedPlan, trainedLength: number): SpeedPlan {
  const fits = (length: number): boolean => length + plan.steps + 1 <= trainedLength;
  const fitting = {
    ...plan,
    prefill: plan.prefill.filter(fits),
    depths: plan.depths.filter(fits),
  };
  if (fitting.prefill.length + fitting.depths.length > 0) return fitting;
  throw new EngineError(
    `none of these lengths fits the model's context of ${trainedLength} tokens`,
    'Give shorter ones with --prefill and --depths.',
  );
}

/** Tokens of context that everything asked for fits in. */
export function contextFor({ parts, keystrokes }: BenchOptions, speed: SpeedPlan): number {
  return Math.max(
    ...[...speed.prefill, ...speed.depths].map((length) => length + speed.steps + 1),
    ...(parts.has('replay') ? [DOCUMENT_TOKENS + keystrokes + REPLAY_ROOM] : []),
    ...(parts.has('aborts') ? [2 * ABORTED_TOKENS] : []),
  );
}
