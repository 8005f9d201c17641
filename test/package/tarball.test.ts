import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { noDriver, repository } from '../support/run-cli.js';

/** The package as people get it from npm, installed where there is neither a clone nor a network. */
describe('the npm package', function () {
  this.timeout(300_000);
  let home: string;
  let folder: string;

  const run = (command: string, args: readonly string[], cwd: string): string =>
    execFileSync(command, args, {
      cwd,
      encoding: 'utf8',
      timeout: 240_000,
      env: {
        ...process.env,
        ...noDriver,
        LACUNA_MODEL: '',
        // Whoever asks a registry fails.
        npm_config_offline: 'true',
        npm_config_cache: path.join(home, 'npm'),
        npm_config_update_notifier: 'false',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const lacuna = (...args: readonly string[]) => run('npx', ['lacuna', ...args], folder);

  before(() => {
    home = mkdtempSync(path.join(os.tmpdir(), 'lacuna-package-'));
    folder = path.join(home, 'empty');
    mkdirSync(folder);
    run('npm', ['pack', '--pack-destination', home], repository);
    const [tarball] = readdirSync(home).filter((name) => name.endsWith('.tgz'));
    assert.ok(tarball !== undefined);
    assert.ok(statSync(path.join(home, tarball)).size < 100e6);
    writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
    run('npm', ['install', '--no-audit', '--no-fund', path.join(home, tarball)], folder);
  });

  after(() => {
    rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });

  it('depends on no other package', () => {
    const installed = readdirSync(path.join(folder, 'node_modules')).filter(
      (name) => !name.startsWith('.'),
    );
    assert.deepEqual(installed, ['lacuna']);
  });

  it('says by its doctor that completions work', () => {
    const report = JSON.parse(lacuna('doctor', '--device', 'cpu', '--json')) as { works: boolean };
    assert.equal(report.works, true);
  });

  it('completes, with the syntax tree of the file', () => {
    writeFileSync(
      path.join(folder, 'sum.py'),
      'def total(values):\n    total = 0\n    for value in values:\n        total += \n    return total\n',
    );
    const answer = JSON.parse(lacuna('complete', '--json', 'sum.py:4:18')) as { text: string };
    assert.notEqual(answer.text, '');
    assert.doesNotMatch(answer.text, /\n/);
  });
});
