import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeChatModel } from '../../../support/chat-model.js';
import { inFolder, noDriver, repository, runCli } from '../../../support/run-cli.js';

describe('lacuna chat', function () {
  this.timeout(60_000);
  let folder: string;
  let model: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'lacuna-chat-'));
    model = writeChatModel(folder);
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const options = () => ['--model', model, '--max-tokens', '8', '--context-length', '1024'];

  it('answers one question, and says on standard error what it cost', async () => {
    const result = await runCli(['chat', ...options(), 'What', 'is', 'a', 'gap?']);
    assert.equal(result.code, 0, result.stderr);
    assert.ok(result.stdout.length > 1);
    assert.match(
      result.stderr,
      /cut: --max-tokens was reached · \d+ tokens read, 0 of them before · 8 written/,
    );
  });

  it('answers what is piped in, or shows it to the model beside a question', async () => {
    const costOf = async (args: readonly string[], input: string) => {
      const { code, stderr } = await piped(['chat', ...options(), ...args], input);
      assert.equal(code, 0, stderr);
      return Number(/(\d+) tokens read/.exec(stderr)?.[1]);
    };
    const alone = await costOf([], 'Hello there, model!');
    const both = await costOf(['Say something.'], 'Hello there, model!');
    assert.ok(both > alone, `${both} ${alone}`);
  });

  it('shows the model files of the folder it runs in, and nothing past the gate', async () => {
    await inFolder({ 'a.ts': 'let a = 1;\n'.repeat(20), '.env': 'A=b' }, async (cwd) => {
      const ask = (question: string) => runCli(['chat', ...options(), question], { cwd });
      const plain = await ask('What is this?');
      const shown = await ask('What is @file:a.ts?');
      const read = ({ stderr }: { stderr: string }) =>
        Number(/(\d+) tokens read/.exec(stderr)?.[1]);
      assert.ok(read(shown) > read(plain) + 80, `${read(shown)} ${read(plain)}`);
      const refused = await ask('What is @file:.env?');
      assert.match(refused.stderr, /^\.env: .*secrets?/i);
      const missing = await ask('What are @file:none.ts and @selection?');
      assert.match(missing.stderr, /none\.ts: There is no such file\.\n/);
      assert.match(missing.stderr, /@selection: There is no editor here\.\n/);
      const found = await ask('What is @symbol:a?');
      assert.equal(found.code, 0, found.stderr);
    });
  });

  it('says which model to use where this one only completes', async () => {
    const result = await runCli(['chat', 'Hello?']);
    assert.equal(result.code, 1);
    assert.equal(result.stdout, '');
    assert.match(result.stderr, /^lacuna: .* cannot answer questions\. .*Instruct/);
  });

  it('asks for a question where there is none', async () => {
    const result = await runCli(['chat', '--model', model]);
    assert.equal(result.code, 1);
    assert.match(result.stderr, /there is no question/);
  });
});

/** Runs `lacuna` with this on its standard input. */
function piped(
  args: readonly string[],
  input: string,
): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(process.execPath, [path.join(repository, 'bin', 'lacuna.js'), ...args], {
    env: { ...process.env, NO_COLOR: '1', LACUNA_MODEL: '', ...noDriver },
    timeout: 60_000,
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdout.resume();
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, stderr });
    });
  });
}
