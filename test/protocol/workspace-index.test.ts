import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { trustMethod } from '../../protocol/index.js';
import { indexWorkerFile } from '../../server/context/index/worker/index-worker.js';
import { ScriptedEngine } from '../support/scripted-engine.js';
import { serverUnderTest } from './in-process.js';
import { inlineCapabilities } from './lsp-client.js';

const packageRoot = path.resolve(import.meta.dirname, '../../..');
const watching = {
  ...inlineCapabilities,
  workspace: { didChangeWatchedFiles: { dynamicRegistration: true } },
};
/** Of `workspace/didChangeWatchedFiles`. */
const created = 1;
const changed = 2;
const deleted = 3;

describe('language server: the index of the workspace', function () {
  this.timeout(120_000);
  const { start, dispose } = serverUnderTest();
  let folder = '';
  let cacheFolder = '';
  const uri = (name: string): string => pathToFileURL(path.join(folder, name)).href;
  const write = (name: string, text: string): void => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  };

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'lacuna-index-')));
    cacheFolder = path.join(folder, '.cache');
    write('src/list.ts', 'export function sortItems() {}\n');
    write('src/main.ts', "import { sortItems } from './list.js';\nsortItems();\n");
  });
  afterEach(async () => {
    await dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A server on the folder, and ways to ask its index. */
  async function serve(capabilities: object = watching, initializationOptions: object = {}) {
    const index = { workerFile: indexWorkerFile(packageRoot), cacheFolder };
    const { client, server } = start(
      new ScriptedEngine({ answer: '' }),
      undefined,
      undefined,
      index,
    );
    const rootUri = pathToFileURL(folder).href;
    await client.initialize({ capabilities, initializationOptions, rootUri });
    const { symbols } = server.index;
    const files = (name: string): string[] => symbols.definitions(name).map((each) => each.uri);
    /** Waits until the index has the name there, and nowhere else. */
    const until = async (name: string, ...wanted: string[]): Promise<void> => {
      let found: string[] = [];
      // Counted, not timed: a machine that stands still for a while has not tried.
      for (let tries = 0; tries < 3000; tries++) {
        found = files(name);
        if (JSON.stringify(found) === JSON.stringify(wanted.map(uri))) return;
        await sleep(10);
      }
      assert.fail(`${name} is defined in ${found.join(', ')}`);
    };
    const tell = (...changes: (readonly [string, number])[]): Promise<void> =>
      client.connection.sendNotification('workspace/didChangeWatchedFiles', {
        changes: changes.map(([name, type]) => ({ uri: uri(name), type })),
      });
    return { client, symbols, files, until, tell };
  }

  it('knows definitions, references and imports, and watches what changes', async () => {
    const { client, symbols, until } = await serve();
    await until('sortItems', 'src/list.ts');
    await client.until(
      () => client.logs.find(({ message }) => message === 'The index knows 2 files.'),
      'the index to be ready',
    );
    assert.deepEqual(symbols.references('sortItems'), [{ uri: uri('src/main.ts'), count: 1 }]);
    assert.equal(symbols.resolveImport(uri('src/main.ts'), './list.js'), uri('src/list.ts'));
    await client.until(
      () => client.serverRequests.find((method) => method === 'client/registerCapability'),
      'the registration',
    );
    assert.ok(!client.serverRequests.includes('window/workDoneProgress/create'));
  });

  it('shows its progress to a client that has a display for it, and to no other', async () => {
    for (let n = 0; n < 250; n++) write(`src/many/m${n}.py`, `def f${n}():\n    pass\n`);
    const { client } = await serve({ ...watching, window: { workDoneProgress: true } });
    await client.status(({ indexing }) => (indexing?.total ?? 0) >= 250, 'the progress');
    // The model's progress has an end as well.
    const ends = () => client.progress.filter((kind) => kind === 'end').length;
    await client.until(() => (ends() === 2 ? true : undefined), 'its end');
    assert.equal(client.statuses.at(-1)?.indexing, undefined);
    await dispose();
    const quiet = await serve(watching);
    await quiet.until('f249', 'src/many/m249.py');
    assert.ok(!quiet.client.serverRequests.includes('window/workDoneProgress/create'));
  });

  it('reads neither secrets nor what ignore files name, nor what others wrote', async () => {
    write('.gitignore', 'made/\n');
    write('.lacunaignore', 'hidden.ts\n');
    const definition = 'export function leaked() {}\n';
    for (const name of ['.env.ts', 'secrets.d/id_rsa.ts', 'made/a.ts', 'hidden.ts', '.git/a.ts'])
      write(name, definition);
    for (const name of ['node_modules/a/a.ts', 'venv/a.py', 'min.js']) write(name, definition);
    write('venv/pyvenv.cfg', '');
    write('min.js', `function leaked(){}${';a()'.repeat(2000)}`);
    write('binary.ts', `${definition}\0`);
    symlinkSync(folder, path.join(folder, 'loop'));
    const { files, until, tell } = await serve();
    await until('sortItems', 'src/list.ts');
    assert.deepEqual(files('leaked'), []);
    await tell(['.env.ts', changed], ['made/a.ts', changed], ['hidden.ts', changed]);
    await tell(['node_modules/a/a.ts', changed], ['loop/src/list.ts', created]);
    write('src/later.ts', 'export function later() {}\n');
    await tell(['src/later.ts', created]);
    await until('later', 'src/later.ts');
    assert.deepEqual(files('leaked'), []);
    await until('sortItems', 'src/list.ts');
  });

  it('takes in what has changed alone, and lets go of what has gone', async () => {
    const { until, tell } = await serve();
    await until('sortItems', 'src/list.ts');
    write('src/list.ts', 'export function orderItems() {}\n');
    await tell(['src/list.ts', changed]);
    await until('orderItems', 'src/list.ts');
    await until('sortItems');
    renameSync(path.join(folder, 'src'), path.join(folder, 'lib'));
    await tell(['src', deleted], ['lib', created]);
    await until('orderItems', 'lib/list.ts');
    rmSync(path.join(folder, 'lib/list.ts'));
    await tell(['lib/list.ts', deleted]);
    await until('orderItems');
  });

  it('looks again at everything when an ignore file changes', async () => {
    const { until, tell } = await serve();
    await until('sortItems', 'src/list.ts');
    write('.gitignore', 'list.ts\n');
    await tell(['.gitignore', created]);
    await until('sortItems');
    write('.gitignore', '');
    await tell(['.gitignore', changed]);
    await until('sortItems', 'src/list.ts');
  });

  it('follows what is saved where the client cannot watch, and asks it nothing', async () => {
    const { client, until } = await serve(inlineCapabilities);
    await until('sortItems', 'src/list.ts');
    write('src/list.ts', 'export function orderItems() {}\n');
    await client.open(uri('src/list.ts'), 'typescript', 'export function orderItems() {}\n');
    await client.connection.sendNotification('textDocument/didSave', {
      textDocument: { uri: uri('src/list.ts') },
    });
    await until('orderItems', 'src/list.ts');
    assert.deepEqual(client.serverRequests, []);
  });

  it('has no index of a workspace that is not trusted, until it is', async () => {
    const { client, files, until } = await serve(watching, { workspaceTrusted: false });
    await client.status(({ message }) => message.endsWith('is ready.'));
    assert.deepEqual(files('sortItems'), []);
    await client.connection.sendNotification(trustMethod, { trusted: true });
    await until('sortItems', 'src/list.ts');
    await client.connection.sendNotification(trustMethod, { trusted: false });
    await until('sortItems');
  });

  it('has none where the settings do not want it', async () => {
    const { client, files } = await serve(watching, { index: false });
    await client.status(({ message }) => message.endsWith('is ready.'));
    await sleep(300);
    assert.deepEqual(files('sortItems'), []);
  });

  it('keeps the index for this user alone, and reads at the next start only what has changed', async () => {
    const first = await serve();
    await first.until('sortItems', 'src/list.ts');
    await dispose();
    const [name = ''] = readdirSync(cacheFolder);
    const file = path.join(cacheFolder, name);
    if (process.platform !== 'win32') {
      assert.equal(statSync(file).mode & 0o777, 0o600);
      assert.equal(statSync(cacheFolder).mode & 0o777, 0o700);
    }
    write('src/other.ts', 'export function other() {}\n');
    rmSync(path.join(folder, 'src/main.ts'));
    const second = await serve();
    await second.until('other', 'src/other.ts');
    await second.until('sortItems', 'src/list.ts');
    assert.deepEqual(second.symbols.references('sortItems'), []);
  });

  it('builds the index anew where its file is damaged', async () => {
    const first = await serve();
    await first.until('sortItems', 'src/list.ts');
    await dispose();
    const [name = ''] = readdirSync(cacheFolder);
    const file = path.join(cacheFolder, name);
    const bytes = readFileSync(file);
    bytes[bytes.length - 40] = (bytes[bytes.length - 40] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    const second = await serve();
    await second.until('sortItems', 'src/list.ts');
    assert.ok(existsSync(file));
  });

  it('lets two servers keep the same workspace without hurting each other', async () => {
    const other = serverUnderTest();
    const index = { workerFile: indexWorkerFile(packageRoot), cacheFolder };
    const { client } = other.start(new ScriptedEngine({ answer: '' }), undefined, undefined, index);
    await client.initialize({ rootUri: pathToFileURL(folder).href });
    const { until } = await serve();
    await until('sortItems', 'src/list.ts');
    await client.until(
      () => client.logs.find(({ message }) => message.startsWith('The index')),
      'it',
    );
    await Promise.all([other.dispose(), dispose()]);
    assert.deepEqual(
      readdirSync(cacheFolder).map((name) => path.extname(name)),
      ['.index'],
    );
    const again = await serve();
    await again.until('sortItems', 'src/list.ts');
  });
});
