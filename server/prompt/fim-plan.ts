/**
 * The prompt for a hole in a document, in either order a model may have been trained on:
 *
 *     psm   BOS fimPrefix PREFIX fimSuffix SUFFIX fimMiddle
 *     spm   BOS fimSuffixFirst SUFFIX fimMiddle PREFIX
 *
 * Nothing stands between the markers and the text.
 */

import type { FimLayout, PromptPlan, Segment, SpecialToken } from '../engine/contract.js';
import { normalizeHole } from './newline.js';
import { trimPrefix, trimSuffix, type CountTokens, type Trimmed } from './trim.js';

export interface FimRequest {
  /** The document from its very start to the cursor, with its own line ends. */
  readonly prefix: string;
  /** The document from the cursor to its end. */
  readonly suffix: string;
  /** URI of the document. */
  readonly source: string;
  readonly layout: Exclude<FimLayout, 'none'>;
  /** Tokens the prompt may take, markers included; at least `FIM_OVERHEAD`. */
  readonly budgetTokens: number;
  /** Tokens of a text segment; asked again for the same text, so better cached by content. */
  readonly countTokens: CountTokens;
}

/** Tokens set aside for the markers (at most four) and the token that ends the answer. */
export const FIM_OVERHEAD = 5;

/** The budget moves in this many steps: each step's crossing costs one prefill from the start. */
const STEPS = 8;
/** Grid points are this many UTF-16 units apart for each token of a step: a little under what code takes. */
const UNITS_PER_TOKEN = 4;
/** A step is never smaller than this, in tokens. */
const SMALLEST_STEP = 8;

/**
 * Plans the prompt for one hole. The document is given to the model with LF line ends and without BOM.
 *
 * Where it does not fit, the suffix keeps its start, at least a quarter of the room and otherwise what the
 * prefix leaves over; the prefix keeps its end and gets all the rest. Both are cut at line ends where there
 * are any, in steps, so that typing at the cursor leaves the cuts where they were. The same request always
 * gives the same plan.
 *
 * @throws RangeError if `budgetTokens` is less than `FIM_OVERHEAD`.
 */
export function planFim(request: FimRequest): PromptPlan {
  const { source, layout, budgetTokens } = request;
  if (!(budgetTokens >= FIM_OVERHEAD)) {
    throw new RangeError(`a FIM prompt takes ${FIM_OVERHEAD} tokens at least, not ${budgetTokens}`);
  }
  const { prefix, suffix } = fitHole(request, Math.floor(budgetTokens) - FIM_OVERHEAD);
  const text = (content: string): Segment => ({ kind: 'text', text: content, source });
  const segments: Segment[] =
    layout === 'psm'
      ? [
          special('bos'),
          special('fimPrefix'),
          text(prefix),
          special('fimSuffix'),
          text(suffix),
          special('fimMiddle'),
        ]
      : [
          special('bos'),
          special('fimSuffixFirst'),
          text(suffix),
          special('fimMiddle'),
          text(prefix),
        ];
  return { segments };
}

function special(token: SpecialToken): Segment {
  return { kind: 'special', token };
}

/** The parts of the document around the cursor that fit `room` tokens together. */
function fitHole(request: FimRequest, room: number): { prefix: string; suffix: string } {
  const { countTokens } = request;
  const hole = normalizeHole(request);
  const step = Math.max(SMALLEST_STEP, Math.ceil(room / STEPS));
  const prefixWithin = (budget: number): Trimmed =>
    trimPrefix(hole.prefix, budget, step * UNITS_PER_TOKEN, countTokens);

  const longest = prefixWithin(room);
  const whole = longest.text.length === hole.prefix.length;
  if (whole) {
    const rest = trimSuffix(hole.suffix, room - longest.tokens, countTokens);
    if (rest.text.length === hole.suffix.length) {
      return { prefix: hole.prefix, suffix: hole.suffix };
    }
  }
  // The suffix's share must not shrink with every typed character, or its KV would be lost each time.
  const wanted = whole ? Math.min(room, Math.ceil(longest.tokens / step) * step) : room;
  const share = Math.max(Math.floor(room / 4), room - wanted);
  const suffix = trimSuffix(hole.suffix, share, countTokens);
  return { prefix: prefixWithin(room - suffix.tokens).text, suffix: suffix.text };
}
