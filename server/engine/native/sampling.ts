import { EngineError, type Lane, type Sampling } from '../contract.js';
import type { NativeRequest } from './addon.js';

/** Lower is served first. */
export const LANE_NUMBER: Readonly<Record<Lane, number>> = {
  inline: 0,
  chat: 1,
  speculate: 2,
  warm: 3,
};

/** The numbers each field may take, both ends included. */
const RANGES: Readonly<Record<keyof Sampling, readonly [number, number]>> = {
  temperature: [0, 2],
  topK: [0, 2 ** 31 - 1],
  topP: [0, 1],
  minP: [0, 1],
  repetitionPenalty: [0.01, 100],
  repetitionWindow: [0, 2 ** 31 - 1],
  seed: [0, Number.MAX_SAFE_INTEGER],
};

const WHOLE: ReadonlySet<string> = new Set(['topK', 'repetitionWindow', 'seed']);

/** The sampling fields of a native request. @throws EngineError that names a field out of range. */
export function nativeSampling(sampling: Sampling): Pick<NativeRequest, keyof Sampling> {
  for (const [field, [low, high]] of Object.entries(RANGES)) {
    const value = sampling[field as keyof Sampling];
    if (value === undefined) continue;
    if (value >= low && value <= high && (!WHOLE.has(field) || Number.isInteger(value))) continue;
    throw new EngineError(
      `${field} is ${value}`,
      `Set it to a ${WHOLE.has(field) ? 'whole number' : 'number'} from ${low} to ${high}.`,
    );
  }
  return sampling;
}
