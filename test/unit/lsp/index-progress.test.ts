import assert from 'node:assert/strict';
import type { Connection } from 'vscode-languageserver';
import type { LacunaStatus } from '../../../protocol/index.js';
import { IndexProgress } from '../../../server/lsp/index-progress.js';
import { StatusReporter } from '../../../server/lsp/status-reporter.js';

function harness() {
  const events: string[] = [];
  const indexing: LacunaStatus['indexing'][] = [];
  const connection = {
    window: {
      createWorkDoneProgress: () =>
        Promise.resolve({
          begin: (title: string) => events.push(title),
          report: (percent: number, message: string) => events.push(`${percent} % ${message}`),
          done: () => events.push('done'),
        }),
    },
    sendNotification: (_: string, status: LacunaStatus) => {
      indexing.push(status.indexing);
      return Promise.resolve();
    },
  } as unknown as Connection;
  let now = 0;
  const progress = new IndexProgress(connection, new StatusReporter(connection, 1000), () => now);
  return { events, indexing, progress, at: (ms: number) => (now = ms) };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('index progress', () => {
  it('tells the status and the client how far it is, twice a second at most', async () => {
    const { events, indexing, progress, at } = harness();
    for (const [ms, done] of [
      ...[[0, 0] as const, [100, 900] as const, [499, 1100] as const],
      ...[[500, 1200] as const, [600, 9999] as const],
    ]) {
      at(ms);
      progress.report(done, 10_000);
    }
    progress.end();
    await settle();
    assert.deepEqual(indexing, [
      { done: 0, total: 10_000 },
      { done: 1200, total: 10_000 },
      undefined,
    ]);
    assert.deepEqual(events, [
      'Lacuna: indexing',
      '0 % 0 of 10,000 files',
      '12 % 1,200 of 10,000 files',
      'done',
    ]);
  });

  it('keeps quiet about what takes a moment only', async () => {
    const { events, indexing, progress } = harness();
    progress.report(0, 199);
    progress.end();
    await settle();
    assert.deepEqual(events, []);
    assert.deepEqual(
      indexing.filter((each) => each !== undefined),
      [],
    );
  });
});
