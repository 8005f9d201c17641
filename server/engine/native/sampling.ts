import { EngineError, type Lane, type Sampling } from '../contract.js';
import type { NativeRequest } from './addon.js';

/** Lower is served first. */
export const LANE_NUMBER: Readonly<Record<Lane, number>> = {
  inline: 0,
  chat: 1,
  speculate: 2,
  warm: 3,
};

/** How many lanes there are. */
export const LANES = 4;

interface Range {
  readonly low: number;
  readonly high: number;
  /** An end that is not itself in the range. */
  readonly open?: 'low' | 'high';
  readonly whole?: true;
}

/** What the sampler in native code takes; it refuses anything else, but cannot say so before the request runs. */
const RANGES: Readonly<Record<keyof Sampling, Range>> = {
  temperature: { low: 0, high: 100 },
  topK: { low: 0, high: 1e9, whole: true },
  topP: { low: 0, high: 1, open: 'low' },
  minP: { low: 0, high: 1, open: 'high' },
  repetitionPenalty: { low: 0, high: 100, open: 'low' },
  copy: { low: 0, high: 1, open: 'high' },
  repetitionWindow: { low: 0, high: 65536, whole: true },
  seed: { low: 0, high: Number.MAX_SAFE_INTEGER, whole: true },
};

/** The sampling fields of a native request. @throws EngineError that names a field out of range. */
export function nativeSampling(sampling: Sampling): Pick<NativeRequest, keyof Sampling> {
  for (const [field, range] of Object.entries(RANGES)) {
    const value = sampling[field as keyof Sampling];
    if (value === undefined || within(range, value)) continue;
    throw new EngineError(`${field} is ${value}`, `Set it to ${describe(range)}.`);
  }
  return sampling;
}

function within({ low, high, open, whole }: Range, value: number): boolean {
  const aboveLow = open === 'low' ? value > low : value >= low;
  const belowHigh = open === 'high' ? value < high : value <= high;
  return aboveLow && belowHigh && (!whole || Number.isInteger(value));
}

function describe({ low, high, open, whole }: Range): string {
  const kind = whole ? 'whole number' : 'number';
  if (open === 'low') return `a ${kind} above ${low}, up to ${high}`;
  if (open === 'high') return `a ${kind} from ${low}, below ${high}`;
  return `a ${kind} from ${low} to ${high}`;
}
