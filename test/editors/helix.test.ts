import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { editorEnvironment, installed, marked, onCommandLine, root } from './hole.js';
import { sourceHole } from './source-hole.js';
import { until } from './until.js';

const there = installed('hx') && installed('script');
const title = there ? 'Helix' : 'Helix (not tried: there is no hx)';

const CONTROL_X = '\x18';
const ESCAPE = '\x1b';

(there ? describe : describe.skip)(title, function () {
  this.timeout(120_000);

  it('puts the text of the command line into the file, from the list of completions', async () => {
    const hole = marked(sourceHole);
    const folder = mkdtempSync(path.join(os.tmpdir(), 'lacuna-helix-'));
    try {
      const file = path.join(folder, 'count.ts');
      writeFileSync(file, hole.text);
      const env = { ...editorEnvironment(folder), TERM: 'xterm-256color' };
      mkdirSync(path.join(folder, 'helix'));
      cpSync(path.join(root, 'editors/helix.toml'), path.join(folder, 'helix/languages.toml'));
      // Helix wants a terminal: script(1) gives it one.
      const command = `stty rows 40 cols 120; exec hx ${file}:${hole.line}`;
      const helix = spawn('script', ['-qec', command, '/dev/null'], { env, stdio: 'pipe' });
      // What it draws nobody reads.
      helix.stdout.resume();
      const keys = async (text: string) => {
        helix.stdin.write(text);
        await sleep(1000);
      };
      try {
        await sleep(2000);
        await until('a completed line', 60_000, async () => {
          // At first the server starts: what is taken then is nothing, and is undone.
          for (const each of ['A', CONTROL_X, '\t', '\r', ESCAPE, ':w\r']) await keys(each);
          if (/counts\.\w/.test(readFileSync(file, 'utf8').slice(hole.before.length - 7)))
            return true;
          await keys(`u:w\r${hole.line}gg`);
          return false;
        });
      } finally {
        helix.kill('SIGKILL');
      }
      const text = onCommandLine('count.ts', hole);
      assert.equal(readFileSync(file, 'utf8'), hole.before + text + hole.after);
    } finally {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    }
  });
});
