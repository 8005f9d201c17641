import { addLatencies, withLatency, type LatencyHistogram } from './latency-histogram.js';

/** What happens to completions. Characters are UTF-16 units. */
export type StatisticsEvent =
  /** The server answered; `hit`: without the model. `ms` from the keystroke, or from the request where there was none. */
  | { readonly kind: 'answered'; readonly hit: boolean; readonly ms: number }
  | { readonly kind: 'shown' }
  /** It was not shown: the model was not sure of it, and nobody had asked. */
  | { readonly kind: 'withheld' }
  /** The rest of a completion was taken at once, or a part of it: a word, a line. */
  | { readonly kind: 'accepted' | 'partiallyAccepted'; readonly characters: number }
  /** So long after it was accepted, `retained` of its `accepted` characters were still there. */
  | {
      readonly kind: 'retained';
      readonly after: RetentionDelay;
      readonly accepted: number;
      readonly retained: number;
    };

/** When to look what has become of what was accepted. */
export type RetentionDelay = '30s' | '2min';

export interface Retention {
  /** Characters whose time had come. */
  readonly accepted: number;
  /** Those of them that were still there. */
  readonly retained: number;
}

/** Counts since the beginning. They add up: those of several sessions are those of one. */
export interface Statistics {
  readonly shown: number;
  readonly withheld: number;
  readonly accepted: number;
  readonly partiallyAccepted: number;
  readonly acceptedCharacters: number;
  readonly retention: Readonly<Record<RetentionDelay, Retention>>;
  readonly latency: { readonly hit: LatencyHistogram; readonly miss: LatencyHistogram };
}

const nothing: Retention = { accepted: 0, retained: 0 };

export const noStatistics: Statistics = {
  shown: 0,
  withheld: 0,
  accepted: 0,
  partiallyAccepted: 0,
  acceptedCharacters: 0,
  retention: { '30s': nothing, '2min': nothing },
  latency: { hit: {}, miss: {} },
};

/** One step of the fold over events. */
export function counted(statistics: Statistics, event: StatisticsEvent): Statistics {
  switch (event.kind) {
    case 'answered': {
      const which = event.hit ? 'hit' : 'miss';
      const latency = withLatency(statistics.latency[which], event.ms);
      return { ...statistics, latency: { ...statistics.latency, [which]: latency } };
    }
    case 'shown':
    case 'withheld':
      return { ...statistics, [event.kind]: statistics[event.kind] + 1 };
    case 'accepted':
    case 'partiallyAccepted':
      return {
        ...statistics,
        [event.kind]: statistics[event.kind] + 1,
        acceptedCharacters: statistics.acceptedCharacters + event.characters,
      };
    case 'retained': {
      const retention = addRetention(statistics.retention[event.after], event);
      return { ...statistics, retention: { ...statistics.retention, [event.after]: retention } };
    }
  }
}

export function addStatistics(a: Statistics, b: Statistics): Statistics {
  return {
    shown: a.shown + b.shown,
    withheld: a.withheld + b.withheld,
    accepted: a.accepted + b.accepted,
    partiallyAccepted: a.partiallyAccepted + b.partiallyAccepted,
    acceptedCharacters: a.acceptedCharacters + b.acceptedCharacters,
    retention: {
      '30s': addRetention(a.retention['30s'], b.retention['30s']),
      '2min': addRetention(a.retention['2min'], b.retention['2min']),
    },
    latency: {
      hit: addLatencies(a.latency.hit, b.latency.hit),
      miss: addLatencies(a.latency.miss, b.latency.miss),
    },
  };
}

function addRetention(a: Retention, b: Retention): Retention {
  return { accepted: a.accepted + b.accepted, retained: a.retained + b.retained };
}
