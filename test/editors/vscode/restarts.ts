import assert from 'node:assert/strict';
import { until } from '../until.js';
import type { Session } from './session.js';
import { lineHole } from './holes.js';

const { typed } = lineHole;

/** A server that dies costs nobody a character, and comes back. */
export function restarts(session: Session): void {
  it('starts a server again that was killed while somebody typed: in seconds, nothing lost, no pop-up', async () => {
    const { window, workbench } = session;
    await session.enter('killed.ts');
    const [pid] = workbench.serverPids();
    assert.ok(pid !== undefined, 'no language server is running');
    const text = 'set(line, 1);';
    await window.page.keyboard.type(typed);
    await window.page.keyboard.type(text.slice(0, 4));
    process.kill(pid, 'SIGKILL');
    await window.page.keyboard.type(text.slice(4));
    const died = performance.now();
    await until('another language server, with a model', 10_000, async () => {
      const pids = workbench.serverPids();
      return pids.length === 1 && pids[0] !== pid && /18m/i.test(await window.status());
    });
    console.log(`      back after ${((performance.now() - died) / 1000).toFixed(1)} s`);
    assert.deepEqual(await window.notifications(), []);
    await window.page.keyboard.press('Escape');
    await session.saves('killed.ts', lineHole.before + typed + text + lineHole.after);

    await session.enter('after.ts');
    await window.typeForGhostText(typed);
    await window.page.keyboard.press('Escape');
  });
}
