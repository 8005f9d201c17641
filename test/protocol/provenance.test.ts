import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { trustMethod } from '../../protocol/index.js';
import { madeUpSecrets } from '../unit/provenance/made-up-secrets.js';
import { planText, ScriptedEngine } from '../support/scripted-engine.js';
import { serverUnderTest } from './in-process.js';
import { inlineCapabilities } from './lsp-client.js';

const key = madeUpSecrets['GitHub token']!;
const end = { line: 0, character: 1000 };

describe('language server: what the model is shown', () => {
  const { start, dispose } = serverUnderTest();
  afterEach(dispose);

  it('is nothing of a .env file, and the status says why', async () => {
    const engine = new ScriptedEngine({ answer: 'x' });
    const { client } = start(engine);
    await client.initialize();
    await client.open('file:///project/.env', 'dotenv', 'TOKEN=');
    assert.deepEqual(await client.inlineComplete('file:///project/.env', end), { items: [] });
    assert.equal(engine.requests.length, 0);
    const { kind, refusal, busy } = await client.status((status) => status.refusal !== undefined);
    assert.deepEqual([kind, busy], ['Normal', false]);
    assert.match(refusal!.message, /\.env is shown to the model/);

    await client.open('file:///project/a.ts', 'typescript', 'a = ');
    await client.inlineComplete('file:///project/a.ts', end);
    assert.equal(client.statuses.at(-1)?.refusal, undefined);
  });

  it('has no secrets in it', async () => {
    const engine = new ScriptedEngine({ answer: 'x' });
    const { client } = start(engine);
    await client.initialize();
    await client.open(
      'file:///project/a.ts',
      'typescript',
      `a('${key}');\nb = \npassword = '${key}';\n`,
    );
    await client.inlineComplete('file:///project/a.ts', { line: 1, character: 4 });
    assert.equal(
      planText(engine.inline[0]!.plan),
      "<bos><fimPrefix>a('[redacted]');\n<fimSuffix>\npassword = '[redacted]';\n<fimMiddle>b = ",
    );
  });

  it('is nothing where .lacunaignore says so, whether the workspace is trusted or not', async () => {
    const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'lacuna-provenance-')));
    try {
      writeFileSync(path.join(folder, '.lacunaignore'), '*.sql\n');
      const uri = (name: string) => pathToFileURL(path.join(folder, name)).href;
      const engine = new ScriptedEngine({ answer: 'x' });
      const { client } = start(engine);
      await client.initialize({
        rootUri: pathToFileURL(folder).href,
        initializationOptions: { workspaceTrusted: false },
      });
      for (const name of ['a.sql', 'a.ts']) await client.open(uri(name), 'sql', 'a = ');
      for (const trusted of [false, true]) {
        await client.connection.sendNotification(trustMethod, { trusted });
        assert.equal((await client.inlineComplete(uri('a.sql'), end)).items.length, 0);
        assert.equal((await client.inlineComplete(uri('a.ts'), end)).items.length, 1);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('knows a folder that is added later, and asks nothing of a client that is not ready yet', async () => {
    const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'lacuna-provenance-')));
    try {
      writeFileSync(path.join(folder, '.lacunaignore'), '*.sql\n');
      const { client } = start(new ScriptedEngine({ answer: 'x' }));
      await client.initialize({
        capabilities: { ...inlineCapabilities, workspace: { workspaceFolders: true } },
      });
      const uri = pathToFileURL(path.join(folder, 'a.sql')).href;
      await client.open(uri, 'sql', 'a = ');
      const added = [{ uri: pathToFileURL(folder).href, name: 'later' }];
      await client.connection.sendNotification('workspace/didChangeWorkspaceFolders', {
        event: { added, removed: [] },
      });
      assert.equal((await client.inlineComplete(uri, end)).items.length, 0);
      await client.connection.sendNotification('workspace/didChangeWorkspaceFolders', {
        event: { added: [], removed: added },
      });
      assert.notEqual((await client.inlineComplete(uri, end)).items.length, 0);
      assert.ok(!client.serverRequests.includes('client/registerCapability'));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('starts with whatever a client says of its folders', async () => {
    for (const rootUri of ['garbage', 'untitled:x', null]) {
      const { client } = start(new ScriptedEngine({ answer: 'x' }));
      await client.initialize({ rootUri, initializationOptions: 7 });
      await client.open('file:///project/a.ts', 'typescript', 'a = ');
      assert.equal((await client.inlineComplete('file:///project/a.ts', end)).items.length, 1);
      await dispose();
    }
  });
});
