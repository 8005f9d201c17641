import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { latencyQuantile, withLatency } from '../../../server/statistics/latency-histogram.js';
import { parseStatistics } from '../../../server/statistics/parse-statistics.js';
import { statisticsReport } from '../../../server/statistics/report.js';
import { editBetween, lengthOf, spansAfter } from '../../../server/statistics/spans.js';
import {
  addStatistics,
  counted,
  noStatistics,
  type StatisticsEvent,
} from '../../../server/statistics/statistics.js';
import {
  addToFile,
  readStatistics,
  statisticsPath,
} from '../../../server/statistics/statistics-file.js';

const count = fc.nat(1000);
const anyEvent = fc.oneof(
  fc.record({ kind: fc.constant('answered' as const), hit: fc.boolean(), ms: fc.nat(100_000) }),
  fc.record({ kind: fc.constant('shown' as const) }),
  fc.record({
    kind: fc.constantFrom('accepted' as const, 'partiallyAccepted' as const),
    characters: count,
  }),
  fc.record({
    kind: fc.constant('retained' as const),
    after: fc.constantFrom('30s' as const, '2min' as const),
    accepted: fc.constant(1000),
    retained: count,
  }),
);
const fold = (events: readonly StatisticsEvent[]) => events.reduce(counted, noStatistics);

describe('statistics', () => {
  it('of two sessions are those of one', () => {
    fc.assert(
      fc.property(fc.array(anyEvent), fc.array(anyEvent), (a, b) => {
        assert.deepEqual(addStatistics(fold(a), fold(b)), fold([...a, ...b]));
      }),
    );
  });

  it('come back from their file as they were', () => {
    fc.assert(
      fc.property(fc.array(anyEvent), (events) => {
        assert.deepEqual(parseStatistics(JSON.stringify(fold(events))), fold(events));
      }),
    );
  });

  it('take whatever is no count for none', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        const parsed = parseStatistics(text);
        assert.deepEqual(parseStatistics(JSON.stringify(parsed)), parsed);
      }),
    );
    const bad = '{"shown":-1,"accepted":1.5,"latency":{"hit":{"999":3,"x":1,"8":2}},"retention":7}';
    const latency = { hit: { 8: 2 }, miss: {} };
    assert.deepEqual(parseStatistics(bad), { ...noStatistics, latency });
  });

  it('know quantiles to a tenth', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60_000 }), { minLength: 1 }), (times) => {
        let histogram = {};
        for (const ms of times) histogram = withLatency(histogram, ms);
        const sorted = [...times].sort((a, b) => a - b);
        for (const q of [0.5, 0.95]) {
          const exact = sorted[Math.ceil(q * sorted.length) - 1]!;
          const about = latencyQuantile(histogram, q)!;
          assert.ok(about > exact * 0.9999 && about < exact * 1.1, `${about} for ${exact}`);
        }
      }),
    );
    assert.equal(latencyQuantile({}, 0.5), undefined);
  });

  it('are told for programs and for people', () => {
    const report = statisticsReport(
      fold([
        { kind: 'shown' },
        { kind: 'accepted', characters: 40 },
        { kind: 'retained', after: '30s', accepted: 40, retained: 30 },
        { kind: 'answered', hit: true, ms: 1 },
      ]),
    );
    assert.deepEqual(report.latency, { hit: { count: 1, p50: 1, p95: 1 }, miss: { count: 0 } });
    assert.match(report.markdown, /there after 30 s \| 30 of 40 \(75 %\) \|/);
    assert.match(report.markdown, /there after 2 min \| – \|/);
    assert.match(report.markdown, /known already \| 1 \| 1 ms \| 1 ms \|/);
  });

  it('follow what is left of a text through any edits', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (before, middle, after) => {
        const text = before + middle + after;
        const edit = editBetween(text, before + after);
        const spans = spansAfter([{ start: 0, end: text.length }], edit);
        assert.equal(lengthOf(spans), text.length - middle.length);
      }),
    );
    assert.deepEqual(spansAfter([{ start: 2, end: 6 }], { start: 4, removed: 0, inserted: 3 }), [
      { start: 2, end: 4 },
      { start: 7, end: 9 },
    ]);
  });
});

describe('the file of statistics', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lacuna-statistics-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is added to, and is for its user alone', async () => {
    const file = path.join(folder, 'lacuna', 'statistics.json');
    await addToFile(file, fold([{ kind: 'shown' }]));
    await addToFile(file, fold([{ kind: 'shown' }]));
    assert.equal((await readStatistics(file)).shown, 2);
    if (process.platform === 'win32') return;
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.equal((await stat(path.dirname(file))).mode & 0o777, 0o700);
  });

  it('is begun anew where it was damaged', async () => {
    const file = path.join(folder, 'statistics.json');
    await writeFile(file, '{"shown":');
    await addToFile(file, fold([{ kind: 'shown' }]));
    assert.equal((await readStatistics(file)).shown, 1);
  });

  it('is where the system keeps what programs remember', () => {
    const [home, state] = [path.resolve('/home/me'), path.resolve('/state')];
    const at = (...parts: string[]) => path.join(...parts, 'lacuna', 'statistics.json');
    const usual = at(home, '.local', 'state');
    assert.equal(statisticsPath('linux', {}, home), usual);
    assert.equal(statisticsPath('linux', { XDG_STATE_HOME: state }, home), at(state));
    assert.equal(statisticsPath('linux', { XDG_STATE_HOME: 'here' }, home), usual);
    assert.equal(statisticsPath('darwin', {}, home), at(home, 'Library', 'Application Support'));
    assert.equal(statisticsPath('win32', { LOCALAPPDATA: state }, home), at(state));
  });
});
