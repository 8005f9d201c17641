import assert from 'node:assert/strict';
import type { Connection } from 'vscode-languageserver';
import { LoadProgress } from '../../../server/lsp/load-progress.js';

function harness() {
  const events: (string | number)[] = [];
  const window = {
    createWorkDoneProgress: () =>
      Promise.resolve({
        begin: () => events.push('begin'),
        report: (percent: number) => events.push(percent),
        done: () => events.push('done'),
      }),
  };
  return { events, progress: new LoadProgress({ window } as unknown as Connection) };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('load progress', () => {
  it('reports each whole percent once, and never backwards', async () => {
    const { events, progress } = harness();
    progress.begin();
    for (const fraction of [0, 0.004, 0.011, 0.0199, 0.5, 0.3, 0.5, 1]) progress.report(fraction);
    progress.end();
    await settle();
    assert.deepEqual(events, ['begin', 1, 50, 100, 'done']);
  });

  it('begins at nothing for the next model', async () => {
    const { events, progress } = harness();
    progress.begin();
    progress.report(0.9);
    progress.begin();
    progress.report(0.1);
    await settle();
    assert.deepEqual(events.sort(), ['begin', 'begin', 10, 90, 'done'].sort());
  });
});
