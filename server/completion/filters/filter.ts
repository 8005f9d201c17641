import { wholeCharacterOffset } from '../../prompt/newline.js';
import type { CandidateSyntax } from '../candidate-syntax.js';
import type { Hole } from '../hole.js';
import type { Shape } from '../shape.js';

export interface FilterContext {
  readonly hole: Hole;
  readonly shape: Shape;
  /** Most lines of a block; ≥ 1. */
  readonly maxLines: number;
  /** Whether the rest of a line may go on over the lines of a block that it opens; it may not by default. */
  readonly opens?: boolean;
  /** What the parser makes of candidates; without it the text alone decides. */
  readonly syntax?: CandidateSyntax;
}

/**
 * Says how much of a completion to keep. A filter only ever cuts the tail, so that text can be shown while
 * it is generated and need never be taken back. All functions are pure; `text` has LF line ends.
 */
export interface Filter {
  /** Length of the head to keep of the whole text; 0 drops it. */
  keep(text: string, context: FilterContext): number;
  /** Length of the head of an unfinished text that `keep` will keep however the text goes on. */
  settled(text: string, context: FilterContext): number;
  /** Whether nothing that may follow `text` can still be kept. Without it the filter never ends a text. */
  ended?(text: string, context: FilterContext): boolean;
}

/** What is left of the whole `text` after every filter, in order. */
export function applyFilters(
  filters: readonly Filter[],
  text: string,
  context: FilterContext,
): string {
  return filters.reduce((kept, filter) => head(kept, filter.keep(kept, context)), text);
}

/** The head of an unfinished `text` that `applyFilters` will keep however the text goes on. */
export function settledText(
  filters: readonly Filter[],
  text: string,
  context: FilterContext,
): string {
  return filters.reduce((kept, filter) => head(kept, filter.settled(kept, context)), text);
}

/** Two characters may share half of their pairs, so that texts seem to overlap from the middle of one on. */
function head(text: string, length: number): string {
  return text.slice(0, wholeCharacterOffset(text, length));
}

/** Whether generating more is a waste: some filter would cut off all that follows. */
export function hasEnded(
  filters: readonly Filter[],
  text: string,
  context: FilterContext,
): boolean {
  return filters.some((filter) => filter.ended?.(text, context) ?? false);
}
