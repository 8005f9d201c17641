import { blockEnd } from './block-end.js';
import { closingBrackets } from './closing-brackets.js';
import type { Filter } from './filter.js';
import { firstLine } from './first-line.js';
import { lineLimit } from './line-limit.js';
import { repeatedGroup } from './repeated-group.js';
import { repeatedLine } from './repeated-line.js';
import { repetition } from './repetition.js';
import { secrets } from './secrets.js';
import { suffixOverlap } from './suffix-overlap.js';
import { trailingSpace } from './trailing-space.js';

/** What every completion passes, in this order. */
export const completionFilters: readonly Filter[] = [
  lineLimit,
  secrets,
  firstLine,
  blockEnd,
  repetition,
  repeatedGroup,
  repeatedLine,
  suffixOverlap,
  closingBrackets,
  trailingSpace,
];
