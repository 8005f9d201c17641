/**
 * The prompt for a hole in a document, in either order a model may have been trained on:
 *
 *     psm   BOS fimPrefix PREFIX fimSuffix SUFFIX fimMiddle
 *     spm   BOS fimSuffixFirst SUFFIX fimMiddle PREFIX
 *
 * Nothing stands between the markers and the text.
 */

import type { FimLayout, PromptPlan, Segment, SpecialToken } from '../engine/contract.js';
import { fitHole, type Cuts } from './fit-hole.js';
import { normalizeHole } from './newline.js';
import type { CountTokens } from './trim.js';

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
  /** Where the latest plan for this document cut it, if there was one; see `FimPlan.cuts`. */
  readonly previous?: Cuts | undefined;
}

export interface FimPlan extends PromptPlan {
  /** Where the document was cut. Given to the next plan for it, the cuts stay as long as they serve. */
  readonly cuts: Cuts;
}

/** Tokens set aside for the markers (at most four) and the token that ends the answer. */
export const FIM_OVERHEAD = 5;

/**
 * Plans the prompt for one hole. The document is given to the model with LF line ends and without BOM.
 *
 * Where it does not fit, the suffix keeps its start, at least a quarter of the room and otherwise what the
 * prefix leaves over; the prefix keeps its end and gets all the rest. Both are cut at line ends where there
 * are any, and where the plan before has cut them as long as that fits and wastes little, so that the KV
 * cache outlives the next keystrokes. The same request always gives the same plan.
 *
 * @throws RangeError if `budgetTokens` is less than `FIM_OVERHEAD`.
 */
export function planFim(request: FimRequest): FimPlan {
  const { source, layout, budgetTokens, countTokens, previous } = request;
  if (!(budgetTokens >= FIM_OVERHEAD)) {
    throw new RangeError(`a FIM prompt takes ${FIM_OVERHEAD} tokens at least, not ${budgetTokens}`);
  }
  const room = Math.floor(budgetTokens) - FIM_OVERHEAD;
  const { prefix, suffix, cuts } = fitHole(normalizeHole(request), room, countTokens, previous);
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
  return { segments, cuts };
}

function special(token: SpecialToken): Segment {
  return { kind: 'special', token };
}
