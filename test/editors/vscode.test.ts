import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { marked, onCommandLine, root } from './hole.js';
import { sourceHole } from './source-hole.js';
import { until } from './until.js';
import { EditorWindow } from './workbench/window.js';
import { startWorkbench, workbenchParts, type Workbench } from './workbench/workbench.js';

/** Process ids of the language servers that run from this workbench's copy of the extension. */
function serverPids(workbench: Workbench): number[] {
  const home = path.dirname(workbench.folder);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return command.includes(home) && command.includes('dist/server/cli/main.js');
      } catch {
        return false;
      }
    })
    .map(Number);
}

describe('VS Code', function () {
  this.timeout(180_000);
  const parts = workbenchParts();
  const hole = marked(sourceHole);
  // The file lacks what the test types.
  const typed = '.';
  const { before, text, after, line, column } = marked(sourceHole.replace(`${typed}█`, '█'));
  let workbench: Workbench;
  let window: EditorWindow;

  const modelInStatusBar = () =>
    until('the model in the status bar', 60_000, async () => {
      const text = await window.status();
      return /seed/i.test(text) && text;
    });

  this.beforeAll(async () => {
    workbench = await startWorkbench(parts, { 'count.ts': text });
    window = await EditorWindow.open(parts.chromium, workbench.url);
    await window.openFile('count.ts');
    await window.goTo(line, column);
  });

  this.afterAll(async () => {
    await window.close();
    await workbench.close();
  });

  this.afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return;
    await window.page.screenshot({ path: path.join(root, '.cache/failed.png') });
    console.error('A picture of the window: .cache/failed.png');
  });

  it('names the model in the status bar once it has loaded', async () => {
    assert.match(await modelInStatusBar(), /lacuna.seed/i);
  });

  it('shows ghost text while typing, the same text as the command line, and Tab puts it into the file', async () => {
    const ghost = await window.typeForGhostText(typed);
    const shot = process.env['LACUNA_SCREENSHOT'];
    if (shot !== undefined) {
      await window.statusTooltip();
      await window.page.screenshot({ path: shot });
    }

    await window.page.keyboard.press('Tab');
    await until('the ghost text to go', 10_000, async () => (await window.ghostText()) === '');
    await window.page.keyboard.press('Control+S');
    const file = path.join(workbench.folder, 'count.ts');
    const saved = await until('the saved file', 10_000, () => {
      const saved = readFileSync(file, 'utf8');
      return saved !== text && saved;
    });
    assert.equal(saved, before + typed + ghost + after);
    assert.equal(ghost, onCommandLine('count.ts', hole));
  });

  it('starts a server again that was killed, and completes again', async () => {
    const [pid] = serverPids(workbench);
    assert.ok(pid !== undefined, 'no language server is running');
    process.kill(pid, 'SIGKILL');
    await until('another language server', 20_000, () => {
      const pids = serverPids(workbench);
      return pids.length === 1 && pids[0] !== pid;
    });
    await modelInStatusBar();
    assert.deepEqual(await window.notifications(), []);

    // Takes the accepted text back, and types once more.
    await window.page.keyboard.press('Control+Z');
    await window.page.keyboard.press('Backspace');
    assert.equal(await window.typeForGhostText(typed), onCommandLine('count.ts', hole));
  });

  it('says what is wrong with a model and what to do, without a pop-up, and recovers', async () => {
    workbench.configure({ 'lacuna.model': '/nowhere/model_v2.gguf' });
    await until('the model to go from the status bar', 20_000, async () => {
      return (await window.status()) === 'Lacuna';
    });
    const tooltip = await window.statusTooltip();
    assert.match(tooltip, /\/nowhere\/model_v2\.gguf: there is no such file/);
    assert.match(tooltip, /What to do: \w+/);
    assert.deepEqual(await window.notifications(), []);
    workbench.configure({});
    await modelInStatusBar();
  });

  it('is switched off by its command, says so, and on again by a click on the status bar', async () => {
    await window.runCommand('Lacuna: Switch Completions On or Off');
    await until('the model to go from the status bar', 20_000, async () => {
      return (await window.status()) === 'Lacuna';
    });
    assert.match(await window.statusTooltip(), /switched off/);
    await window.clickStatus();
    await modelInStatusBar();
  });
});
