import type { LatencyReport, StatisticsReport } from '../../protocol/index.js';
import { latencyQuantile, type LatencyHistogram } from './latency-histogram.js';
import type { Retention, Statistics } from './statistics.js';

/** The counts as programs and people read them. */
export function statisticsReport(statistics: Statistics): StatisticsReport {
  const { latency, ...counts } = statistics;
  const report = {
    ...counts,
    latency: { hit: latencyReport(latency.hit), miss: latencyReport(latency.miss) },
  };
  return { ...report, markdown: markdown(report) };
}

function latencyReport(histogram: LatencyHistogram): LatencyReport {
  const count = Object.values(histogram).reduce((sum, each) => sum + each, 0);
  const p50 = latencyQuantile(histogram, 0.5);
  const p95 = latencyQuantile(histogram, 0.95);
  return {
    count,
    ...(p50 !== undefined && { p50: Math.round(p50) }),
    ...(p95 !== undefined && { p95: Math.round(p95) }),
  };
}

function markdown({
  shown,
  withheld,
  accepted,
  partiallyAccepted,
  acceptedCharacters,
  retention,
  latency,
}: Omit<StatisticsReport, 'markdown'>): string {
  return `# Lacuna: completions so far

| completions | |
|---|---:|
| shown | ${shown} |
| not shown: the model was not sure | ${withheld} |
| accepted | ${accepted} |
| accepted in part | ${partiallyAccepted} |
| characters accepted | ${acceptedCharacters} |
| of them there after 30 s | ${share(retention['30s'])} |
| of them there after 2 min | ${share(retention['2min'])} |

| from the keystroke to the item | answers | half within | 95 % within |
|---|---:|---:|---:|
| known already | ${latencyRow(latency.hit)} |
| by the model | ${latencyRow(latency.miss)} |

Counted on this machine, for you alone: nothing of it is sent anywhere. Where an editor does not say what was accepted, it is told from the edits.
`;
}

function share({ accepted, retained }: Retention): string {
  if (accepted === 0) return '–';
  return `${retained} of ${accepted} (${Math.round((100 * retained) / accepted)} %)`;
}

function latencyRow({ count, p50, p95 }: LatencyReport): string {
  return [count, ...[p50, p95].map((ms) => (ms === undefined ? '–' : `${ms} ms`))].join(' | ');
}
