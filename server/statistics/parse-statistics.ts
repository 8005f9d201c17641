import { LAST_BUCKET, type LatencyHistogram } from './latency-histogram.js';
import { noStatistics, type Retention, type Statistics } from './statistics.js';

/** Counts read from a file. Whatever is no count is taken for none: statistics are not worth an error. */
export function parseStatistics(text: string): Statistics {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return noStatistics;
  }
  const counts = objectOf(value);
  const retention = objectOf(counts['retention']);
  const latency = objectOf(counts['latency']);
  return {
    shown: countOf(counts['shown']),
    withheld: countOf(counts['withheld']),
    accepted: countOf(counts['accepted']),
    partiallyAccepted: countOf(counts['partiallyAccepted']),
    acceptedCharacters: countOf(counts['acceptedCharacters']),
    retention: { '30s': retentionOf(retention['30s']), '2min': retentionOf(retention['2min']) },
    latency: { hit: histogramOf(latency['hit']), miss: histogramOf(latency['miss']) },
  };
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function countOf(value: unknown): number {
  return Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : 0;
}

function retentionOf(value: unknown): Retention {
  const { accepted, retained } = objectOf(value);
  return { accepted: countOf(accepted), retained: Math.min(countOf(accepted), countOf(retained)) };
}

function histogramOf(value: unknown): LatencyHistogram {
  const histogram: Record<number, number> = {};
  for (const [bucket, count] of Object.entries(objectOf(value))) {
    const known = /^\d{1,3}$/.test(bucket) && Number(bucket) <= LAST_BUCKET;
    if (known && countOf(count) > 0) histogram[Number(bucket)] = countOf(count);
  }
  return histogram;
}
