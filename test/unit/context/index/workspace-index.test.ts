import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { indexWorkerFile } from '../../../../server/context/index/worker/index-worker.js';
import {
  WorkspaceIndex,
  type WorkspaceIndexOptions,
} from '../../../../server/context/index/workspace-index.js';
import { grammarFolders } from '../../../../server/context/syntax/grammar-store.js';
import { root } from '../syntax/grammar-fixtures.js';
import { madeUpSecrets } from '../../provenance/made-up-secrets.js';

describe('workspace index', function () {
  this.timeout(60_000);
  let folder = '';
  let index: WorkspaceIndex | undefined;
  const troubles: string[] = [];
  const progress: [number, number][] = [];

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'lacuna-index-')));
    troubles.length = 0;
    progress.length = 0;
  });
  afterEach(async () => {
    await index?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function made(options: Partial<WorkspaceIndexOptions> = {}): WorkspaceIndex {
    const observer = {
      progress: (done: number, total: number) => void progress.push([done, total]),
      ready: () => undefined,
      trouble: (message: string) => void troubles.push(message),
    };
    const workerFile = indexWorkerFile(root);
    index = new WorkspaceIndex(
      { workerFile, grammars: grammarFolders(root), ...options },
      observer,
    );
    return index;
  }
  const write = (name: string, text: string): void => {
    writeFileSync(path.join(folder, name), text);
  };

  it('says how far it has come', async () => {
    for (const name of ['a', 'b', 'c']) write(`${name}.py`, `def ${name}():\n    pass\n`);
    const { symbols } = made();
    assert.ok(index);
    await index.open({ folders: [folder], trusted: true });
    await index.ready();
    assert.deepEqual(progress, [
      [0, 3],
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
    assert.equal(symbols.size, 3);
  });

  it('leaves out what is far from the top where there are too many files, and says so', async () => {
    mkdirSync(path.join(folder, 'inside'));
    write('top.py', 'def top():\n    pass\n');
    write('inside/deep.py', 'def deep():\n    pass\n');
    const { symbols } = made({ limits: { largestFile: 1000, mostFiles: 1, parseMs: 2000 } });
    await index?.open({ folders: [folder], trusted: true });
    await index?.ready();
    assert.equal(symbols.definitions('top').length, 1);
    assert.deepEqual(symbols.definitions('deep'), []);
    assert.match(troubles[0] ?? '', /more than 1 files/);
  });

  it('parses nothing of a file that is too large, minified, binary or not UTF-8', async () => {
    const define = 'def leaked():\n    pass\n';
    write('large.py', define.repeat(200));
    write('minified.py', `leaked = ${'1 + '.repeat(600)}1\n`);
    write('binary.py', `${define}\0`);
    writeFileSync(path.join(folder, 'latin.py'), Buffer.from(`${define}# gr\xfcn\n`, 'latin1'));
    write('fine.py', '\ufeffdef fine():\r\n    pass\r\n');
    const limits = { largestFile: 3000, mostFiles: 100, parseMs: 2000 };
    const { symbols } = made({ limits });
    await index?.open({ folders: [folder], trusted: true });
    await index?.ready();
    assert.deepEqual(symbols.definitions('leaked'), []);
    // As an editor counts: the byte order mark is no part of the text.
    assert.deepEqual(
      symbols.definitions('fine').map(({ start, end, line }) => [start, end, line]),
      [[0, 21, 0]],
    );
  });

  it('has no secret in its signatures', async () => {
    const key = madeUpSecrets['GitHub token'] ?? '';
    write('a.py', `TOKEN = "${key}"\nname = 1\n`);
    const { symbols } = made();
    await index?.open({ folders: [folder], trusted: true });
    await index?.ready();
    const [definition] = symbols.definitions('TOKEN');
    assert.match(definition?.signature ?? '', /^TOKEN = "\[redacted\]"$/);
  });

  it('leaves out a file that kills its thread, and goes on with the others', async () => {
    const worker = path.join(folder, 'worker.mjs');
    writeFileSync(
      worker,
      `import { parentPort } from 'node:worker_threads';
      parentPort.on('message', ({ job, poison }) => {
        const path = ${JSON.stringify(path.join(folder, 'bad.py'))};
        if (!poison.includes(path)) {
          parentPort.postMessage({ type: 'reading', path });
          setTimeout(() => process.exit(3), 10);
        } else parentPort.postMessage({ type: 'done', job });
      });`,
    );
    made({ workerFile: worker });
    await index?.open({ folders: [folder], trusted: true });
    await index?.ready();
    assert.equal(troubles.length, 1);
    assert.match(troubles[0] ?? '', /died in .*bad\.py, which is left out from now on: .*code 3/);
  });

  it('gives up where its thread dies again and again, and says so', async () => {
    made({ workerFile: path.join(folder, 'missing.mjs') });
    await index?.open({ folders: [folder], trusted: true });
    await index?.ready();
    assert.equal(troubles.length, 5);
    assert.match(troubles[4] ?? '', /until the server is started again/);
  });

  it('reads nothing again of a folder that gets a neighbour', async () => {
    for (const name of ['one', 'other']) {
      mkdirSync(path.join(folder, name));
      const file = path.join(folder, name, 'a.py');
      writeFileSync(file, `def ${name}():\n    pass\n`);
      // Written long ago, or it would be read again to be sure.
      utimesSync(file, 1e9, 1e9);
    }
    const [one, other] = [path.join(folder, 'one'), path.join(folder, 'other')];
    const { symbols } = made({ cacheFolder: path.join(folder, '.cache') });
    await index?.open({ folders: [one], trusted: true });
    await index?.ready();
    progress.length = 0;
    await index?.open({ folders: [one, other, one, path.join(one, 'inside')], trusted: true });
    await index?.ready();
    assert.deepEqual(progress, [
      [0, 1],
      [1, 1],
    ]);
    assert.deepEqual(
      [symbols.definitions('one').length, symbols.definitions('other').length],
      [1, 1],
    );
  });

  it('answers for the latest workspace, however fast they follow each other', async () => {
    write('a.py', 'def a():\n    pass\n');
    const { symbols } = made({ cacheFolder: path.join(folder, 'cache') });
    assert.ok(index);
    const open = index.open.bind(index);
    const trust = [true, false, true, false, true];
    await Promise.all(trust.map((trusted) => open({ folders: [folder], trusted })));
    await index.ready();
    assert.equal(symbols.definitions('a').length, 1);
    await index.open({ folders: [], trusted: true });
    assert.equal(symbols.size, 0);
  });
});
