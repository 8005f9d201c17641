import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { bundleIndexWorker } from '../../../scripts/lib/bundle.mjs';
import { inRoot } from '../../../scripts/lib/paths.mjs';

describe('bundled index worker', () => {
  it('indexes a folder from where the extension has it, without node_modules', async function () {
    this.timeout(60_000);
    const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'lacuna-bundle-')));
    const entry = path.join(folder, 'dist/server/context/index/worker/main.js');
    const source = path.join(folder, 'code/a.py');
    mkdirSync(path.dirname(source));
    writeFileSync(source, 'def a():\n    pass\n');
    writeFileSync(path.join(folder, 'package.json'), '{"type": "module"}');
    let worker;
    try {
      await bundleIndexWorker(entry);
      const grammars = { wasm: inRoot('dist/grammars'), queries: inRoot('grammars') };
      const limits = { largestFile: 1000, mostFiles: 10, parseMs: 2000 };
      worker = new Worker(entry, { workerData: { grammars, limits } });
      const heard = [];
      const done = new Promise((resolve, reject) => {
        worker.once('error', reject);
        worker.on('message', (news) => {
          heard.push(news.type === 'trouble' ? news.message : news.type);
          if (news.type === 'done') resolve();
        });
      });
      const workspace = { folders: [path.dirname(source)], trusted: true };
      worker.postMessage({ type: 'scan', job: 1, workspace, known: new Map(), poison: [] });
      await done;
      assert.deepEqual(heard, ['found', 'reading', 'file', 'done']);
    } finally {
      await worker?.terminate();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
