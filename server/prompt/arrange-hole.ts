/**
 * What a plan says of a document, and what stays of it in the next one: as much as can, so that the KV cache outlives the
 * keystrokes between them.
 */

import type { FimLayout } from '../engine/contract.js';
import { anchorOf, begunSince, longestBegun } from './anchor.js';
import { fitHole, type Cuts } from './fit-hole.js';
import type { SplitText } from './newline.js';
import { suffixServes } from './sticky-suffix.js';
import type { CountTokens } from './trim.js';

/**
 * How plans are made. `plain`: the document around the cursor. `anchored`: what was said of it before stays while it
 * serves; a suffix with few edits far from the cursor is said again as it was, and where the model reads the suffix
 * last, what was typed since is given as the beginning of the answer. Both say the same of a document that no plan was
 * made for, except for the line that the cursor stands on.
 */
export const planKinds = ['plain', 'anchored'] as const;
export type PlanKind = (typeof planKinds)[number];

/** What a plan says of a document. LF line ends, no BOM. */
export interface ArrangedHole {
  /** Where the document was cut. */
  readonly cuts: Cuts;
  /** As the model is told; of an anchored plan, up to the anchor. */
  readonly prefix: string;
  /** As the model is told. */
  readonly suffix: string;
  /** From the anchor to the cursor: the beginning of the answer. */
  readonly begun: string;
  /** The document's own suffix, all of it. */
  readonly documentSuffix: string;
}

export interface HoleToArrange {
  readonly kind: PlanKind;
  readonly layout: Exclude<FimLayout, 'none'>;
  /** Tokens for the texts. */
  readonly room: number;
  readonly countTokens: CountTokens;
  /** What the plan before said of the same document. */
  readonly previous?: ArrangedHole | undefined;
}

/** Takes at most `room` tokens. The same arguments always give the same; arranged again after itself, nothing moves. */
export function arrangeHole(hole: SplitText, how: HoleToArrange): ArrangedHole {
  const { kind, layout, room, countTokens, previous } = how;
  const documentSuffix = hole.suffix;
  if (kind === 'plain') {
    return { ...fitHole(hole, room, countTokens, previous?.cuts), begun: '', documentSuffix };
  }
  const sticky = previous && keepsSuffix(previous, documentSuffix) ? previous : undefined;
  if (layout === 'spm') {
    return { ...fitKeeping(hole, room, countTokens, previous, sticky), begun: '', documentSuffix };
  }
  const begun = sticky && begunSince(sticky.prefix, sticky.cuts.start, hole.prefix);
  if (sticky && begun !== undefined) {
    const kept = { ...sticky, begun, documentSuffix };
    if (countTokens(begun) <= longestBegun(room) && fits(kept, room, countTokens)) return kept;
  }
  // Half of what may stand behind an anchor, so that it lasts.
  const anchor = anchorOf(hole.prefix, Math.floor(longestBegun(room) / 2), countTokens);
  const after = hole.prefix.slice(anchor);
  const before = { ...hole, prefix: hole.prefix.slice(0, anchor) };
  const left = room - (after === '' ? 0 : countTokens(after));
  return {
    ...fitKeeping(before, left, countTokens, previous, sticky),
    begun: after,
    documentSuffix,
  };
}

function keepsSuffix(previous: ArrangedHole, suffix: string): boolean {
  const { suffix: sent, cuts, documentSuffix: latest } = previous;
  return suffixServes({ sent, cut: cuts.end > 0, latest }, suffix);
}

function fits({ prefix, suffix, begun }: ArrangedHole, room: number, count: CountTokens): boolean {
  let tokens = 0;
  for (const text of [prefix, suffix, begun]) if (text !== '') tokens += count(text);
  return tokens <= room;
}

/** As `fitHole`, with the suffix of `sticky` in the place of the hole's own as long as all of it fits. */
function fitKeeping(
  hole: SplitText,
  room: number,
  countTokens: CountTokens,
  previous: ArrangedHole | undefined,
  sticky: ArrangedHole | undefined,
): Pick<ArrangedHole, 'cuts' | 'prefix' | 'suffix'> {
  if (!sticky) return fitHole(hole, room, countTokens, previous?.cuts);
  const { suffix: sent, cuts } = sticky;
  const rest = Math.max(0, hole.suffix.length - sent.length);
  if (hole.suffix.startsWith(sent)) {
    return fitHole(hole, room, countTokens, { start: cuts.start, end: rest });
  }
  const kept = fitHole({ ...hole, suffix: sent }, room, countTokens, { start: cuts.start, end: 0 });
  if (kept.suffix !== sent) return fitHole(hole, room, countTokens, cuts);
  return { ...kept, cuts: { start: kept.cuts.start, end: cuts.end === 0 ? 0 : rest } };
}
