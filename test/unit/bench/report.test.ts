/** What is made of measurements: ratios, reasons, tables. */
import assert from 'node:assert/strict';
import { Journal } from '../../../server/bench/journal.js';
import type { SpeedPlan } from '../../../server/bench/measure.js';
import {
  memoryFigures,
  ratiosOf,
  spreadsOf,
  type BenchReport,
} from '../../../server/bench/report/figures.js';
import { renderMarkdown, renderText } from '../../../server/bench/report/render.js';

const plan: SpeedPlan = { prefill: [512], depths: [0, 2048], steps: 16, runs: 3 };

function journal(): Journal {
  const all = Journal.open();
  const add = (identity: string, item: string, ...values: number[]) => {
    for (const value of values) all.add({ identity, item, value });
  };
  add('us', 'prefill512', 200, 240, 220);
  add('us', 'decode0', 9);
  add('them', 'prefill512', 22);
  add('us', 'rssBytes', 100, 130, 120);
  return all;
}

const spread = (median: number) => ({ median, least: median - 1, most: median + 1, runs: 5 });

const report: BenchReport = {
  schema: 1,
  model: { name: 'lite.gguf', path: '/models/lite.gguf', fileBytes: 10.4e9 },
  machine: { cpu: 'A CPU', cores: 2, memoryBytes: 25e9 },
  engine: { device: 'cpu', cpuPath: 'amx', threads: 2, chunk: 512, contextLength: 8209 },
  load: { ms: 400, firstTokenMs: 1500 },
  memory: { rssBytes: 10.7e9, overFileBytes: 0.3e9, anonymousBytes: 0.2e9 },
  bytesPerToken: { weights: 1.61e9, cache: 31104, leastCache: 31104 },
  prefill: { 512: spread(250) },
  decode: {
    2048: { ...spread(8), bytesPerToken: 1.67e9, leastBytesPerToken: 1.67e9, bytesPerSecond: 13e9 },
  },
  replay: [
    {
      ...{ layout: 'anchored', keystrokes: 200, promptTokens: 2050, coldMs: 12_000 },
      ms: { p50: 140, p95: 160.4 },
      prefilledTokens: { p50: 1, p95: 2 },
    },
  ],
  aborts: { prefillMs: { p50: 2, p95: 8.5 }, decodeMs: { p50: 1, p95: 3 }, aborts: 20 },
  peer: {
    ...{ name: 'llama.cpp', package: 'node-llama-cpp@3.22.1', release: 'v0.5.0', device: 'cpu' },
    ...{ threads: 2, batch: 512, withoutAmx: true, firstTokenMs: 7200 },
    memory: { rssBytes: 16.5e9, overFileBytes: 6.1e9, anonymousBytes: null },
    prefill: { 512: spread(25) },
    decode: {},
  },
  ratios: { prefill512: 10, decode2048: null },
  missing: { decode2048: 'llama.cpp failed: it crashed (SIGABRT)' },
};

describe('the report of the benchmark', () => {
  it('divides our median by the other one, and says why where it cannot', () => {
    const reason = (identity: string, item: string) => `${identity} has no ${item}`;
    const { ratios, missing } = ratiosOf(plan, journal(), 'us', 'them', reason);
    assert.deepEqual(ratios, { prefill512: 10, decode0: null, decode2048: null });
    assert.deepEqual(missing, {
      decode0: 'them has no decode0',
      decode2048: 'us has no decode2048',
    });
  });

  it('gives medians and spreads of what there is', () => {
    assert.deepEqual(spreadsOf(journal(), 'us', plan, 'prefill'), {
      512: { median: 220, least: 200, most: 240, runs: 3 },
    });
    assert.deepEqual(Object.keys(spreadsOf(journal(), 'us', plan, 'decode')), ['0']);
  });

  it('counts the most memory that was seen, and what of it is beyond the file', () => {
    assert.deepEqual(memoryFigures(journal(), 'us', 110), {
      rssBytes: 130,
      overFileBytes: 20,
      anonymousBytes: null,
    });
    assert.equal(memoryFigures(journal(), 'them', 110), undefined);
  });

  it('prints a table for a terminal', () => {
    const text = renderText(report);
    assert.match(text, /^prefill 512, tokens\/s +250 \(249 … 251, 5 runs\) +25\.00 .* 10\.00×$/m);
    assert.match(text, /^decode behind 2,048, tokens\/s +8\.00 \(7\.00 … 9\.00, 5 runs\)$/m);
    assert.match(text, /^memory, file included +10\.7 GB \(file \+ 300\.0 MB\) +16\.5 GB/m);
    assert.match(text, /without AMX: its AMX build crashes on this file/);
    assert.match(text, /^decode2048: llama\.cpp failed: it crashed \(SIGABRT\)$/m);
  });

  it('prints a table for a document, with as many cells in each line', () => {
    const lines = renderMarkdown(report)
      .split('\n')
      .filter((line) => line.startsWith('|'));
    assert.ok(lines.length > 8);
    for (const line of lines) assert.equal(line.split('|').length, 6, line);
    const alone = renderMarkdown({ ...report, peer: null, ratios: {}, missing: {} });
    assert.match(alone, /^\| prefill 512, tokens\/s \| 250 \(249 … 251, 5 runs\) \|$/m);
  });
});
