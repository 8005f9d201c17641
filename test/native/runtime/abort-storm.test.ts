/** A thousand requests and more, most of them aborted: nothing is lost, nothing leaks, nothing stalls. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { randomModel, smallShape } from '../../fixtures/model-gguf.js';
import type { StormReport } from './abort-storm.js';

describe('an abort storm', function () {
  this.timeout(300_000);

  it('ends every request once, loses no page, keeps its memory and never stalls', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'lacuna-storm-'));
    try {
      const model = path.join(folder, 'random.gguf');
      writeFileSync(
        model,
        randomModel({ ...smallShape, layers: 4, hidden: 128, denseFf: 256, contextLength: 512 }),
      );
      const script = fileURLToPath(new URL('abort-storm.js', import.meta.url));
      const { stdout } = await promisify(execFile)(
        process.execPath,
        ['--expose-gc', '--max-semi-space-size=1', script, model],
        {
          // One heap for all threads: what is freed is used again.
          env: { ...process.env, MALLOC_ARENA_MAX: '1' },
          timeout: 240_000,
          killSignal: 'SIGKILL',
        },
      );
      const { requests, ended, usage, rss, before, after } = JSON.parse(stdout) as StormReport;
      assert.equal(
        Object.values(ended).reduce((sum, n) => sum + n, 0),
        requests,
      );
      assert.ok(ended['aborted']! > requests / 8 && ended['length']! > requests / 8);
      assert.deepEqual([usage.held, usage.shared], [0, 0]);
      assert.equal(usage.free + usage.cached, usage.total);
      assert.deepEqual(after, before);
      // The first thousand requests warm up; of what follows single rounds may be higher.
      const [warm, last] = [Math.max(...rss.slice(3, 6)), Math.min(...rss.slice(-3))];
      assert.ok(last < warm * 1.02, `RSS went from ${warm} to ${last}: ${rss.join()}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
