import type { GeneratedToken } from '../engine/contract.js';
import { scoredTokens, type ScoredToken } from './confidence/scored-tokens.js';
import { applyFilters, type FilterContext } from './filters/filter.js';
import { completionFilters } from './filters/index.js';
import { finish, prepare, wholeLines, type Finished } from './finish.js';
import { trimmed } from './trim.js';

/** What is left of an answer once it has been cut and mended. */
export interface SettledAnswer {
  /** LF line ends. */
  readonly finished: Finished;
  /** What generated its text. */
  readonly tokens: readonly ScoredToken[];
  /** As of a `Completion`. */
  readonly newFaults?: number;
}

/** How an answer came about. */
export interface Origin {
  /** Whether it ran into a limit, so that its last line may be half of one. */
  readonly limited: boolean;
  /** Whether it writes anew the end of its prompt. */
  readonly healed: boolean;
}

/** Whether all that is asked for is the rest of a line. */
export function isOneLine({ shape, opens }: FilterContext): boolean {
  return shape === 'line' && opens !== true;
}

/** What tokens write together. */
export function textOf(tokens: readonly GeneratedToken[]): string {
  return tokens.map(({ text }) => text).join('');
}

/** Cuts and mends what a model wrote into a hole, now that nothing more comes. */
export function settleAnswer(
  generated: readonly GeneratedToken[],
  context: FilterContext,
  { limited, healed }: Origin,
): SettledAnswer {
  const body = prepare(textOf(generated), context.hole);
  const whole = limited ? wholeLines(body, isOneLine(context) ? 'line' : 'block') : body;
  const filtered = applyFilters(completionFilters, whole, context);
  const finished = finish(trimmed(filtered, context, limited), context);
  const newFaults = context.syntax?.newFaults(finished.text, finished.replaced);
  return {
    finished,
    tokens: scoredTokens(generated, finished.text, healed),
    ...(newFaults !== undefined && { newFaults }),
  };
}
