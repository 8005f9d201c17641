import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { marked, onCommandLine } from './hole.js';
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

/** What the test types into the hole before it waits. */
const typed = 'get';

describe('VS Code', function () {
  this.timeout(180_000);
  const parts = workbenchParts();
  const { text, before, after, line, column } = marked(sourceHole);
  let workbench: Workbench;
  let window: EditorWindow;

  this.beforeAll(async () => {
    workbench = await startWorkbench(parts, { 'inventory.ts': text });
    window = await EditorWindow.open(parts.chromium, workbench.url);
    await window.openFile('inventory.ts');
    await window.goTo(line, column);
  });

  this.afterAll(async () => {
    await window.close();
    await workbench.close();
  });

  it('names the model in the status bar once it has loaded', async () => {
    const status = await until('the model in the status bar', 60_000, async () => {
      const text = await window.status();
      return /seed/i.test(text) && text;
    });
    assert.match(status, /lacuna.seed/i);
  });

  it('shows ghost text while typing, the same text as the command line, and Tab puts it into the file', async () => {
    await window.page.keyboard.type(typed, { delay: 60 });
    const ghost = await window.waitForGhostText();
    const shot = process.env['LACUNA_SCREENSHOT'];
    if (shot !== undefined) await window.page.screenshot({ path: shot });

    await window.page.keyboard.press('Tab');
    await until('the ghost text to go', 10_000, async () => (await window.ghostText()) === '');
    await window.page.keyboard.press('Control+S');
    const file = path.join(workbench.folder, 'inventory.ts');
    const saved = await until('the saved file', 10_000, () => {
      const saved = readFileSync(file, 'utf8');
      return saved !== text && saved;
    });
    assert.equal(saved, before + typed + ghost + after);
    assert.equal(ghost, onCommandLine('inventory.ts', marked(before + typed + '█' + after)));
  });

  it('starts a server again that was killed, and completes again', async () => {
    const [pid] = serverPids(workbench);
    assert.ok(pid !== undefined, 'no language server is running');
    process.kill(pid, 'SIGKILL');
    await until('another language server', 20_000, () => {
      const pids = serverPids(workbench);
      return pids.length === 1 && pids[0] !== pid;
    });
    await until('the model in the status bar', 60_000, async () =>
      /seed/i.test(await window.status()),
    );
    assert.equal(await window.page.locator('.notification-toast').count(), 0);
  });
});
