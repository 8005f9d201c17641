import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ProvenanceGate, type Use } from '../../../server/provenance/gate.js';
import { REDACTED } from '../../../server/provenance/redact.js';
import { madeUpSecrets } from './made-up-secrets.js';

const key = madeUpSecrets['GitHub token']!;

describe('provenance gate', () => {
  let place: string;
  let folder: string;
  let trusted: boolean;
  let gate: ProvenanceGate;

  beforeEach(() => {
    place = realpathSync(mkdtempSync(path.join(tmpdir(), 'lacuna-gate-')));
    folder = path.join(place, 'workspace');
    trusted = true;
    gate = new ProvenanceGate(() => ({ folders: [folder], trusted }));
    write('workspace/a.ts');
  });
  afterEach(() => {
    rmSync(place, { recursive: true, force: true });
  });

  function write(name: string, text = 'x'): string {
    const file = path.join(place, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  const uri = (name: string) => pathToFileURL(path.join(place, name)).href;
  const reason = async (name: string, use: Use) => (await gate.refuses(uri(name), use))?.reason;

  it('lets a file of the workspace pass, and says where it came from', async () => {
    assert.deepEqual(await gate.snippet(uri('workspace/a.ts'), 'a();\n'), {
      passed: { content: 'a();\n', source: uri('workspace/a.ts'), redactions: 0 },
    });
  });

  it('prunes a folder only where nothing below it may pass', async () => {
    write('workspace/.gitignore', 'made/\nsome/*\n!some/a.ts\n*.log\n');
    write('workspace/deep/.lacunaignore', '/private\n');
    const pruned = async (name: string) => gate.refusesFolder(path.join(folder, name));
    for (const name of ['made', 'made/below', 'deep/made', '.ssh', 'deep/private', 'a/.aws/b'])
      assert.equal(await pruned(name), true, name);
    for (const name of ['some', 'deep', 'src', 'private', 'a.log.d'])
      assert.equal(await pruned(name), false, name);
    assert.equal(await reason('workspace/some/a.ts', 'context'), undefined);
    trusted = false;
    assert.equal(await pruned('src'), true);
  });

  it('replaces secrets in what passes, and counts them', async () => {
    const text = `a('${key}');\n`;
    const { passed } = await gate.snippet(uri('workspace/a.ts'), text);
    assert.equal(passed?.content, `a('${REDACTED}');\n`);
    assert.equal(passed.redactions, 1);
    const document = await gate.document(uri('workspace/a.ts'), { prefix: text, suffix: text });
    assert.equal(document.passed?.redactions, 2);
    assert.ok(!JSON.stringify(document).includes(key));
  });

  it('keeps .env out, as document and as context', async () => {
    write('workspace/.env', `TOKEN=${key}`);
    for (const use of ['document', 'context'] as const)
      assert.equal(await reason('workspace/.env', use), 'secret-file');
    const { refusal } = await gate.document(uri('workspace/.env'), { prefix: 'A=', suffix: '' });
    assert.match(refusal?.message ?? '', /\.env/);
    assert.ok(refusal?.remedy);
  });

  it('keeps .env out whatever scheme its URI has, and however it is written', async () => {
    for (const each of [
      'untitled:.env',
      'vscode-remote://ssh-remote+host/home/a/.env',
      'file:///p/%2Eenv',
      'file:///p/.env?x#y',
      'not a uri/.env',
    ])
      assert.equal((await gate.refuses(each, 'document'))?.reason, 'secret-file', each);
  });

  it('keeps .env out under another name', async function () {
    write('workspace/.env');
    try {
      symlinkSync(path.join(folder, '.env'), path.join(folder, 'settings.txt'));
    } catch {
      this.skip(); // This system lets nobody make links.
    }
    assert.equal(await reason('workspace/settings.txt', 'document'), 'secret-file');
  });

  it('keeps a file outside the workspace out of the context, also behind a link', async function () {
    write('other/b.ts');
    assert.equal(await reason('other/b.ts', 'context'), 'outside');
    assert.equal(await reason('other/b.ts', 'document'), undefined);
    assert.equal(await reason('workspace/../other/b.ts', 'context'), 'outside');
    assert.equal((await gate.refuses('untitled:Untitled-1', 'context'))?.reason, 'outside');
    assert.equal(await gate.refuses('untitled:Untitled-1', 'document'), undefined);
    try {
      symlinkSync(path.join(place, 'other'), path.join(folder, 'linked'), 'junction');
    } catch {
      this.skip(); // This system lets nobody make links.
    }
    assert.equal(await reason('workspace/linked/b.ts', 'context'), 'outside');
  });

  it('keeps all but the open document out where the workspace is not trusted', async () => {
    trusted = false;
    assert.equal(await reason('workspace/a.ts', 'context'), 'untrusted');
    assert.equal(await reason('workspace/a.ts', 'document'), undefined);
  });

  it('keeps out of the context what git ignores, and completes it where somebody writes in it', async () => {
    write('workspace/.gitignore', 'dist/\n');
    write('workspace/dist/b.js');
    assert.equal(await reason('workspace/dist/b.js', 'context'), 'gitignore');
    assert.equal(await reason('workspace/dist/b.js', 'document'), undefined);
  });

  it('heeds what the repository around the workspace ignores', async () => {
    mkdirSync(path.join(place, '.git/info'), { recursive: true });
    write('.gitignore', 'workspace/notes.md\n');
    write('.git/info/exclude', 'scratch.ts\n');
    assert.equal(await reason('workspace/notes.md', 'context'), 'gitignore');
    assert.equal(await reason('workspace/sub/scratch.ts', 'context'), 'gitignore');
    assert.equal(await reason('workspace/a.ts', 'context'), undefined);
  });

  it('keeps all that .lacunaignore names out, trusted or not', async () => {
    write('workspace/.lacunaignore', 'private/\n!private\n/legal/**\n');
    write('workspace/sub/.lacunaignore', '*.sql\n');
    for (trusted of [true, false]) {
      assert.equal(await reason('workspace/legal/a.ts', 'document'), 'lacunaignore');
      assert.equal(await reason('workspace/sub/deep/a.sql', 'document'), 'lacunaignore');
      assert.equal(await reason('workspace/private/a.ts', 'document'), undefined);
    }
  });

  it('completes nothing inside a secret', async () => {
    const { refusal } = await gate.document(uri('workspace/a.ts'), {
      prefix: `a('${key}`,
      suffix: `')`,
    });
    assert.equal(refusal?.reason, 'inside-secret');
  });

  it('names a document in its refusal, even if its URI is broken', async () => {
    assert.match((await gate.refuses('file:///p/%E0%A4%A/.env', 'document'))!.message, /\.env/);
  });
});
