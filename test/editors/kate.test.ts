import assert from 'node:assert/strict';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { editorEnvironment, marked, onCommandLine, root } from './hole.js';
import { sourceHole } from './source-hole.js';
import { until } from './until.js';

const run = promisify(execFile);

const there = process.platform === 'linux' && ['kate', 'xdotool', 'xvfb-run'].every(onPath);
const title = there
  ? 'Kate'
  : 'Kate (not tried: install it with apt-get install kate xvfb xdotool)';

/** How often a completion is asked for: at first the server starts. */
const ATTEMPTS = 12;

(there ? describe : describe.skip)(title, function () {
  this.timeout(120_000);

  it('puts the text of the command line into the file, from the list of completions', async () => {
    const hole = marked(sourceHole);
    const folder = mkdtempSync(path.join(os.tmpdir(), 'lacuna-kate-'));
    const file = path.join(folder, 'count.ts');
    writeFileSync(file, hole.text);
    const env = configure(folder);
    const wanted = hole.before + onCommandLine('count.ts', hole) + hole.after;
    const kate = spawnOnDisplay(['kate', '-n', '-b', '--line', String(hole.line), file], env);
    try {
      const display = await until('a display', 20_000, () => displayOf(folder));
      const key = async (...names: readonly string[]) => {
        await run('xdotool', ['key', ...names], { env: { ...env, ...display }, timeout: 10_000 });
      };
      await until('the window of Kate', 60_000, () => windowOf({ ...env, ...display }));
      await complete(key, file, hole.text);
      assert.equal(readFileSync(file, 'utf8'), wanted);
    } finally {
      if (kate.pid !== undefined) process.kill(-kate.pid, 'SIGKILL');
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    }
  });
});

/** Takes the first of the list, until that is more than a word of the document. Kate offers those before a server answers. */
async function complete(
  key: (...names: readonly string[]) => Promise<void>,
  file: string,
  before: string,
): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    await key('Escape', 'End', 'ctrl+space');
    await sleep(2000);
    await key('Return', 'ctrl+s');
    await sleep(500);
    if (/counts\.\w+\(/.test(changedLine(readFileSync(file, 'utf8'), before))) return;
    await key(...Array<string>(6).fill('ctrl+z'), 'ctrl+s');
    await sleep(500);
  }
}

function changedLine(now: string, before: string): string {
  const lines = before.split('\n');
  return now.split('\n').find((line, at) => line !== lines[at]) ?? '';
}

/** The home of somebody who has set Lacuna up, and has allowed Kate to start it. */
function configure(folder: string): NodeJS.ProcessEnv {
  const env = editorEnvironment(folder);
  writeFileSync(
    path.join(folder, 'katerc'),
    [
      '[General]',
      'Show welcome view for new window=false',
      '[Kate Plugins]',
      'lspclientplugin=true',
      '[lspclient]',
      `AllowedServerCommandLines=${path.join(folder, 'lacuna')} lsp --stdio`,
    ].join('\n'),
  );
  const settings = path.join(folder, 'kate/lspclient');
  mkdirSync(settings, { recursive: true });
  cpSync(path.join(root, 'editors/kate.json'), path.join(settings, 'settings.json'));
  const runtime = path.join(folder, 'run');
  mkdirSync(runtime, { mode: 0o700 });
  return { ...env, XDG_RUNTIME_DIR: runtime };
}

/** Starts a program on a screen of its own, in a process group of its own, and notes the screen's name in its home. */
function spawnOnDisplay(command: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  const inside = 'printf "%s\\n%s\\n" "$DISPLAY" "$XAUTHORITY" > "$HOME/display"; exec "$@"';
  const screen = ['-a', '-s', '-screen 0 1200x800x24', 'sh', '-c', inside, 'sh'];
  return spawn('xvfb-run', [...screen, ...command], { env, stdio: 'ignore', detached: true });
}

function displayOf(folder: string): { DISPLAY: string; XAUTHORITY: string } | undefined {
  try {
    const text = readFileSync(path.join(folder, 'display'), 'utf8');
    const [DISPLAY, XAUTHORITY] = text.split('\n');
    return DISPLAY && XAUTHORITY && text.endsWith('\n') ? { DISPLAY, XAUTHORITY } : undefined;
  } catch {
    return undefined;
  }
}

async function windowOf(env: NodeJS.ProcessEnv): Promise<boolean> {
  try {
    await run('xdotool', ['search', '--onlyvisible', '--name', 'count.ts'], {
      env,
      timeout: 10_000,
    });
    return true;
  } catch {
    return false;
  }
}

function onPath(program: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  return folders.some((folder) => existsSync(path.join(folder, program)));
}
