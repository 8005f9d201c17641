/**
 * How much of a document around the cursor fits a number of tokens. Token counts move up and down while
 * somebody types, so a cut that only follows them moves to and fro, and each move costs a prefill from the
 * start. Hence the cuts of the plan before stay while they fit and waste little, and new ones leave slack.
 */

import type { SplitText } from './newline.js';
import {
  fitting,
  isPrefixCut,
  isSuffixCut,
  trimPrefix,
  trimSuffix,
  type CountTokens,
  type Trimmed,
} from './trim.js';

/** Where a document was cut, in UTF-16 units of its text with LF line ends and without BOM. */
export interface Cuts {
  /** Left out at the start of the document. */
  readonly start: number;
  /** Left out at its end; counted from there, so that typing at the cursor does not move it. */
  readonly end: number;
}

export interface FittedHole extends SplitText {
  readonly cuts: Cuts;
}

/** Nothing is left out: what is tried where no plan came before. */
const WHOLE: Cuts = { start: 0, end: 0 };

/** The room is divided into this many steps; a cut of the prefix moves by whole ones. */
const STEPS = 8;
/** Grid points are this many UTF-16 units apart for each token of a step: a little under what code takes. */
const UNITS_PER_TOKEN = 4;
/** A step is never smaller than this, in tokens. */
const SMALLEST_STEP = 8;

interface Parts {
  readonly prefix: Trimmed;
  readonly suffix: Trimmed;
}

/**
 * The parts of a normalized document around the cursor that fit `room` tokens together. `previous` says where
 * the plan before cut the same document; the same arguments always give the same parts.
 */
export function fitHole(
  hole: SplitText,
  room: number,
  countTokens: CountTokens,
  previous: Cuts = WHOLE,
): FittedHole {
  const step = Math.max(SMALLEST_STEP, Math.ceil(room / STEPS));
  const kept = keep(hole, previous, room, step, countTokens);
  if (kept && previous.start === 0 && previous.end === 0) return fitted(hole, kept);
  // Half a step of slack: the next few lines must not move the cuts again.
  const slack = Math.floor(room / (2 * STEPS));
  const chosen = choose(hole, room - slack, step, countTokens);
  return fitted(hole, kept && !wasteful(hole, kept, chosen, step) ? kept : chosen);
}

/** The parts that `cuts` leave, if they are cuts that could be made in this document and the parts fit. */
function keep(
  { prefix, suffix }: SplitText,
  cuts: Cuts,
  room: number,
  step: number,
  countTokens: CountTokens,
): Parts | undefined {
  const gridStep = step * UNITS_PER_TOKEN;
  const end = suffix.length - cuts.end;
  if (!isPrefixCut(prefix, cuts.start, gridStep) || !isSuffixCut(suffix, end)) return undefined;
  const before = fitting(prefix.slice(cuts.start), room, gridStep, countTokens);
  const after =
    before && fitting(suffix.slice(0, end), room - before.tokens, gridStep, countTokens);
  return after && { prefix: before, suffix: after };
}

/** Whether `chosen` holds the whole document, or so much more than `kept` that it is worth a prefill. */
function wasteful(hole: SplitText, kept: Parts, chosen: Parts, step: number): boolean {
  const { start, end } = cutsOf(hole, chosen);
  if (start === 0 && end === 0) return true;
  const gridStep = step * UNITS_PER_TOKEN;
  const keptBlock = Math.floor(cutsOf(hole, kept).start / gridStep);
  // One block is what a count that moves by one token may change.
  if (keptBlock - Math.floor(start / gridStep) > 1) return true;
  return chosen.suffix.tokens - kept.suffix.tokens > 1.5 * step;
}

/** Cuts that depend on nothing but the document and the room. */
function choose(hole: SplitText, room: number, step: number, countTokens: CountTokens): Parts {
  const prefixWithin = (budget: number): Trimmed =>
    trimPrefix(hole.prefix, budget, step * UNITS_PER_TOKEN, countTokens);

  const longest = prefixWithin(room);
  const whole = longest.text.length === hole.prefix.length;
  if (whole) {
    const rest = trimSuffix(hole.suffix, room - longest.tokens, countTokens);
    if (rest.text.length === hole.suffix.length) return { prefix: longest, suffix: rest };
  }
  // The suffix's share must not shrink with every typed character, or its KV would be lost each time.
  const wanted = whole ? Math.min(room, Math.ceil(longest.tokens / step) * step) : room;
  const share = Math.max(Math.floor(room / 4), room - wanted);
  const suffix = trimSuffix(hole.suffix, share, countTokens);
  return { prefix: prefixWithin(room - suffix.tokens), suffix };
}

function cutsOf(hole: SplitText, { prefix, suffix }: Parts): Cuts {
  return {
    start: hole.prefix.length - prefix.text.length,
    end: hole.suffix.length - suffix.text.length,
  };
}

function fitted(hole: SplitText, parts: Parts): FittedHole {
  return { prefix: parts.prefix.text, suffix: parts.suffix.text, cuts: cutsOf(hole, parts) };
}
