import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../until.js';
import type { Session } from './session.js';
import { lineHole } from './holes.js';

/** Longer than a completion of the embedded model takes: what has not come by then does not come. */
const QUIET_MS = 1500;

const { typed } = lineHole;

/** What the status bar says, and what the menu and the settings do. */
export function states(session: Session): void {
  const nothingComes = async () => {
    await sleep(QUIET_MS);
    assert.equal(await session.window.ghostText(), '');
  };

  it('leaves an ignored file alone, and the status says why', async () => {
    const before = await session.answersByModel();
    await session.enter('private/keys.ts');
    await session.window.page.keyboard.type(typed);
    const tooltip = await session.tooltip(/\.lacunaignore/);
    await session.picture('an ignored file');
    assert.match(tooltip, /keys\.ts/);
    await nothingComes();
    assert.equal(await session.answersByModel(), before);
  });

  it('offers a menu on a click, and snoozes: nothing comes by itself, what is asked for does', async () => {
    const { window } = session;
    await session.enter('snooze.ts');
    await window.clickStatus();
    const rows = await window.listRows();
    await session.picture('the menu');
    assert.ok(rows.some((row) => row.includes('Choose a model')));
    await window.page.keyboard.type('Snooze');
    await window.page.keyboard.press('Enter');
    await window.page.getByRole('option', { name: '5 minutes', exact: true }).click();
    await session.tooltip(/Snoozes until/);
    await session.picture('snoozing');
    await session.enter('snooze.ts');
    await window.page.keyboard.type(typed);
    await nothingComes();
    await window.page.keyboard.press('Alt+\\');
    assert.notEqual(await window.steadyGhostText(10_000), '');
    await window.page.keyboard.press('Escape');
    await window.runCommand('Lacuna: End Snooze');
    await until('the snooze to end', 10_000, async () => {
      return !/Snoozes/.test(await window.statusTooltip());
    });
  });

  it('is switched off for one language, says so, and on again', async () => {
    const { window } = session;
    await session.enter('language.ts');
    await window.runCommand('Lacuna: Switch This Language On or Off');
    await session.tooltip(/Switched off for typescript/);
    await session.picture('switched off for a language');
    await window.page.keyboard.type(typed);
    await nothingComes();
    await window.runCommand('Lacuna: Switch This Language On or Off');
    await until('the language to be on again', 10_000, async () => {
      return !/Switched off/.test(await window.statusTooltip());
    });
    await window.page.keyboard.press('Backspace');
    await window.typeForGhostText(typed);
    await window.page.keyboard.press('Escape');
  });

  it('says what is wrong with a model and what to do, without a pop-up, and recovers', async () => {
    const { window, workbench } = session;
    workbench.configure({ 'lacuna.model': '/nowhere/model_v2.gguf' });
    await until('the model to go from the status bar', 20_000, async () => {
      return (await window.status()) === 'Lacuna';
    });
    const tooltip = await session.tooltip(/What to do: \w+/);
    await session.picture('a missing model');
    assert.match(tooltip, /\/nowhere\/model_v2\.gguf: there is no such file/);
    assert.deepEqual(await window.notifications(), []);
    workbench.configure({});
    await session.modelReady();
  });

  it('is switched off by its command, says so, and on again by a click on the status bar', async () => {
    const { window } = session;
    await window.runCommand('Lacuna: Switch Completions On or Off');
    await until('the model to go from the status bar', 20_000, async () => {
      return (await window.status()) === 'Lacuna';
    });
    assert.match(await window.statusTooltip(), /switched off/);
    await session.picture('switched off');
    await window.clickStatus();
    await session.modelReady();
  });

  it('shows its first steps', async () => {
    const { window } = session;
    await window.runCommand('Lacuna: First Steps');
    await window.page.getByText('Bring a real model').first().waitFor({ timeout: 20_000 });
    await session.picture('first steps');
    await window.page.keyboard.press('Control+W');
  });
}
