import { editBetween, lengthOf, spansAfter, type Span } from './spans.js';
import type { RetentionDelay, StatisticsEvent } from './statistics.js';

const delays: readonly (readonly [RetentionDelay, number])[] = [
  ['30s', 30_000],
  ['2min', 120_000],
];

/** An accepted text on its way through the edits that follow. */
export interface Accepted {
  /** When it was accepted, milliseconds. */
  readonly at: number;
  readonly characters: number;
  /** What is left of it. */
  readonly spans: readonly Span[];
  /** Delays that have been looked at. */
  readonly measured: number;
}

export interface Settled {
  /** Those whose last time has not come. */
  readonly waiting: readonly Accepted[];
  readonly events: readonly StatisticsEvent[];
}

/**
 * What there is to say at `now`, milliseconds. To be called before each edit as well: nothing changes between two edits,
 * so what stood there when a time came stands there still, and no timer is needed.
 */
export function settle(accepted: readonly Accepted[], now: number): Settled {
  const events: StatisticsEvent[] = [];
  const waiting = accepted.flatMap((each) => {
    let { measured } = each;
    for (const [after, ms] of delays.slice(measured)) {
      if (now - each.at < ms) break;
      const retained = lengthOf(each.spans);
      events.push({ kind: 'retained', after, accepted: each.characters, retained });
      measured++;
    }
    return measured < delays.length ? [{ ...each, measured }] : [];
  });
  return { waiting, events };
}

/** What is left of accepted texts when the document has changed. */
export function edited(
  accepted: readonly Accepted[],
  before: string,
  after: string,
): readonly Accepted[] {
  if (accepted.length === 0 || before === after) return accepted;
  const edit = editBetween(before, after);
  return accepted.map((each) => ({ ...each, spans: spansAfter(each.spans, edit) }));
}
