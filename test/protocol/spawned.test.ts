import assert from 'node:assert/strict';
import { fork, spawn } from 'node:child_process';
import path from 'node:path';
import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
} from 'vscode-languageserver/node';
import { cursorText } from '../support/cursor.js';
import { inFolder, noDriver, repository, runCli } from '../support/run-cli.js';
import { SpawnedServer, withDeadline } from './lsp-client.js';
import { holes } from './holes.js';

const uri = 'file:///project/a.ts';
const bin = path.join(repository, 'bin', 'lacuna.js');

describe('lacuna lsp, in a process of its own', function () {
  this.timeout(60_000);
  let server: SpawnedServer | undefined;

  function start(...args: Parameters<typeof SpawnedServer.start>): SpawnedServer {
    server = SpawnedServer.start(...args);
    return server;
  }

  afterEach(async () => {
    await server?.dispose();
    server = undefined;
  });

  it('loads the embedded model, completes, and ends with 0', async () => {
    const { client, ended } = start();
    await client.initialize();
    await client.open(uri, 'typescript', 'function add(a: number, b: number) {\n  return \n}\n');
    const { items } = await client.inlineComplete(uri, { line: 1, character: 9 });
    assert.ok(items.length >= 1 && items.length <= 3);
    const idle = await client.status(({ tokensPerSecond }) => tokensPerSecond !== undefined);
    assert.match(idle.device ?? '', /^cpu/);
    await client.shutdown();
    const { code, stderr } = await ended;
    assert.equal(code, 0);
    assert.equal(stderr, '');
  });

  it('gives the same text as the command line', async () => {
    const { client } = start();
    await client.initialize();
    let offered = 0;
    for (const [name, marked] of Object.entries(holes)) {
      const { text, offset } = cursorText(marked);
      const before = text.slice(0, offset).split(/\r\n|\n/);
      const position = { line: before.length - 1, character: before.at(-1)!.length };
      await client.open(`file:///${name}`, 'typescript', text);
      const { items } = await client.inlineComplete(`file:///${name}`, position);
      const [item] = items;
      await inFolder({ [name]: text }, async (folder) => {
        const place = path.join(folder, `${name}:${position.line + 1}:${position.character + 1}`);
        const json = await runCli(['complete', place, '--json']);
        const printed = JSON.parse(json.stdout) as { text: string; range: unknown };
        assert.equal(item?.insertText ?? '', printed.text, name);
        if (item) {
          offered++;
          assert.deepEqual(item.range, printed.range, name);
          const plain = await runCli(['complete', place]);
          assert.equal(plain.stdout, `${printed.text}\n`, name);
        }
      });
    }
    assert.ok(offered >= 3, `only ${offered} holes were filled`);
  });

  it('serves a client without ghost text through the completion list', async () => {
    const { client } = start();
    await client.initialize({ capabilities: {} });
    const { text, offset } = cursorText(holes['member.ts']);
    const before = text.slice(0, offset).split('\n');
    await client.open(uri, 'typescript', text);
    const position = { line: before.length - 1, character: before.at(-1)!.length };
    const { items } = await client.complete(uri, position);
    assert.equal(items.length, 1);
    assert.ok(items[0]?.insertText);
  });

  it('reports a model that is missing, and serves on', async () => {
    const { client, ended } = start(['lsp', '--stdio', '--model', '/no/such/model.gguf']);
    await client.initialize();
    const status = await client.status(({ kind }) => kind === 'Error');
    assert.match(status.message, /\/no\/such\/model\.gguf/);
    assert.ok(status.remedy);
    await client.open(uri, 'typescript', 'a = ');
    assert.deepEqual((await client.inlineComplete(uri, { line: 0, character: 4 })).items, []);
    await client.shutdown();
    assert.equal((await ended).code, 0);
  });

  it('ends with 1 when its input closes without goodbye', async () => {
    const { client, process, ended } = start();
    await client.initialize();
    process.stdin.end();
    assert.equal((await ended).code, 1);
  });

  it('ends with 1 when its input closes before anything was said', async () => {
    const { process, ended } = start();
    process.stdin.end();
    assert.equal((await ended).code, 1);
  });

  it('ends when the process that the client named dies', async () => {
    const parent = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)']);
    try {
      const { client, ended } = start();
      await client.initialize({ processId: parent.pid! });
      parent.kill('SIGKILL');
      assert.equal((await ended).code, 1);
    } finally {
      parent.kill('SIGKILL');
    }
  });

  it('speaks over the channel of Node.js, too', async () => {
    const child = fork(bin, ['lsp', '--node-ipc', `--clientProcessId=${process.pid}`], {
      silent: true,
      env: { ...process.env, ...noDriver },
    });
    try {
      const exit = new Promise((resolve) => child.once('exit', resolve));
      const connection = createMessageConnection(
        new IPCMessageReader(child),
        new IPCMessageWriter(child),
      );
      connection.listen();
      const params = { processId: process.pid, rootUri: null, capabilities: {} };
      const result = await withDeadline(
        connection.sendRequest<{ capabilities: object }>('initialize', params),
        'initialize',
      );
      assert.ok('completionProvider' in result.capabilities);
      child.disconnect();
      assert.equal(await withDeadline(exit, 'the server to end'), 1);
      connection.dispose();
    } finally {
      child.kill('SIGKILL');
    }
  });
});
