import assert from 'node:assert/strict';
import { marked, onCommandLine } from '../hole.js';
import { sourceHole } from '../source-hole.js';
import { until } from '../until.js';
import type { Session } from './session.js';
import { bodyHole, callHole, candidatesHole, lineHole } from './holes.js';

const { typed } = lineHole;

/** From a key to the file: what everything else is for. */
export function typing(session: Session): void {
  it('names the model in the status bar once it has loaded', async () => {
    await session.enter('count.ts');
    assert.match(await session.modelReady(), /lacuna.18m/i);
  });

  it('shows ghost text while typing, the same text as the command line, and Tab puts it into the file', async () => {
    const { window } = session;
    const ghost = await window.typeForGhostText(typed);
    await session.picture('ghost text');
    await window.statusTooltip();
    await session.picture('the status');
    await window.page.keyboard.press('Tab');
    await session.saves('count.ts', lineHole.before + typed + ghost + lineHole.after);
    assert.equal(ghost, onCommandLine('count.ts', marked(sourceHole)));
  });

  it('drops ghost text on Escape, and nothing of it enters the file', async () => {
    const { window } = session;
    await session.enter('escape.ts');
    await window.typeForGhostText(typed);
    await window.page.keyboard.press('Escape');
    await window.ghostTextGone();
    await session.saves('escape.ts', lineHole.before + typed + lineHole.after);
  });

  it('takes the next word alone, then the rest of the line', async () => {
    const { window } = session;
    await session.enter('word.ts');
    const ghost = await window.typeForGhostText(typed);
    await window.page.keyboard.press('Control+ArrowRight');
    const rest = await until('a shorter ghost text', 10_000, async () => {
      const now = await window.ghostText();
      return now !== '' && now.length < ghost.length && now;
    });
    assert.ok(ghost.endsWith(rest), `${rest} is not the end of ${ghost}`);
    await session.picture('a word accepted');
    await window.page.keyboard.press('Control+Alt+ArrowRight');
    await session.saves('word.ts', lineHole.before + typed + ghost + lineHole.after);
  });

  it('shows what else could stand there, and comes back to the first', async () => {
    const { window } = session;
    await session.enter('candidates.ts', candidatesHole);
    const first = await window.typeForGhostText(candidatesHole.typed);
    await window.page.keyboard.press('Alt+]');
    const second = await until('another candidate', 20_000, async () => {
      const now = await window.ghostText();
      return now !== '' && now !== first && now;
    });
    await session.picture('another candidate');
    await window.page.keyboard.press('Alt+[');
    await until('the first candidate', 10_000, async () => (await window.ghostText()) === first);
    assert.notEqual(second, first);
    await window.page.keyboard.press('Escape');
  });

  it('suggests the lines of an empty body', async () => {
    const { window } = session;
    await session.enter('body.ts', bodyHole);
    const ghost = await window.typeForGhostText(bodyHole.typed);
    await session.picture('several lines');
    assert.match(ghost, /\n/);
    await window.page.keyboard.press('Tab');
    const { before, after } = bodyHole;
    await session.saves('body.ts', before + bodyHole.typed + ghost + after);
  });

  it('stays on the line inside a call, in front of the bracket that is there', async () => {
    const { window } = session;
    await session.enter('call.ts', callHole);
    const ghost = await window.typeForGhostText(callHole.typed);
    await session.picture('inside a call');
    assert.doesNotMatch(ghost, /[\n)]/);
    await window.page.keyboard.press('Tab');
    const { before, after } = callHole;
    await session.saves('call.ts', before + callHole.typed + ghost + after);
  });

  it('keeps what it suggested while somebody types it, without asking the model again', async () => {
    const { window } = session;
    const before = await session.answersByModel();
    await session.enter('follow.ts');
    const ghost = await window.typeForGhostText(typed);
    for (let length = 1; length <= 4; length++) {
      await window.page.keyboard.type(ghost.charAt(length - 1));
      const rest = ghost.slice(length);
      await until(
        `the ghost text ${rest}`,
        10_000,
        async () => (await window.ghostText()) === rest,
      );
    }
    await window.page.keyboard.press('Escape');
    // The one that brought the ghost text; none where that came from what an earlier key had asked for.
    const asked = (await session.answersByModel()) - before;
    assert.ok(asked <= 1, `the model was asked ${asked} times`);
  });
}
