/** Users of other tools: "offline, and it still phones home". */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { inlineCapabilities, SpawnedServer } from '../protocol/lsp-client.js';
import { inFolder, runCli, runNode } from '../support/run-cli.js';

/** Loaded before anything else: writes down and refuses whatever would reach beyond the machine. */
const guard = `
import { appendFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import dns from 'node:dns';
import dgram from 'node:dgram';
import net from 'node:net';
const refuse = (what) => () => {
  appendFileSync(process.env.ATTEMPTS, what + '\\n');
  throw new Error(what + ' in a test');
};
net.Socket.prototype.connect = refuse('connect');
net.Server.prototype.listen = refuse('listen');
dgram.createSocket = refuse('dgram');
for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6']) dns[name] = refuse('dns.' + name);
globalThis.fetch = refuse('fetch');
syncBuiltinESMExports();
`;

describe('the network', function () {
  this.timeout(120_000);

  /** What `work` tried to reach, one attempt a line. */
  const attempts = (work: (env: NodeJS.ProcessEnv, folder: string) => Promise<void>) =>
    inFolder({ 'guard.mjs': guard, attempts: '', 'a.ts': 'const a = ' }, async (folder) => {
      const file = path.join(folder, 'attempts');
      const guarded = `--import=${path.join(folder, 'guard.mjs')}`;
      await work({ NODE_OPTIONS: guarded, ATTEMPTS: file }, folder);
      return readFileSync(file, 'utf8');
    });

  it('is seen by the guard of these tests', async () => {
    const tried = await attempts(async (env, folder) => {
      const script = "fetch('http://example.org').catch(() => undefined)";
      await runNode(['--eval', script], { env, cwd: folder });
    });
    assert.equal(tried, 'fetch\n');
  });

  it('is not touched by a server from its start to its end', async () => {
    const tried = await attempts(async (env, folder) => {
      const server = SpawnedServer.start(['lsp', '--stdio'], env);
      try {
        const { client } = server;
        await client.initialize({ capabilities: inlineCapabilities, rootUri: `file://${folder}` });
        await client.open(`file://${folder}/a.ts`, 'typescript', 'const a = ');
        await client.inlineComplete(`file://${folder}/a.ts`, { line: 0, character: 10 });
        await client.shutdown();
        assert.equal((await server.ended).code, 0);
      } finally {
        await server.dispose();
      }
    });
    assert.equal(tried, '');
  });

  it('is not touched by the command line', async () => {
    const tried = await attempts(async (env, folder) => {
      const { code, stderr } = await runCli(['complete', path.join(folder, 'a.ts:1:11')], { env });
      assert.equal(code, 0, stderr);
    });
    assert.equal(tried, '');
  });
});
