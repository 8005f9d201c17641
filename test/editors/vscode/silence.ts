import assert from 'node:assert/strict';
import type { ScriptedReply } from '../scripted-server/script.js';
import { until } from '../until.js';
import type { Session } from './session.js';

/** Each in a file of its own, with the cursor behind its last character but the line's end. */
export const silentFiles: Readonly<Record<string, string>> = {
  'slow.ts': 'export const slowest = \n',
  'unsure.ts': 'export const unsurest = \n',
};

export const silentReplies: readonly ScriptedReply[] = [
  { when: 'slowest', answers: ['first + second'], tokenMs: 120_000 },
  { when: 'unsurest', answers: ['third'], logProbability: -12 },
];

/** Why nothing is shown, where nothing is wrong with the document. */
export function silence(session: Session): void {
  const lastsNoLonger = (pattern: RegExp) =>
    until(`a tooltip without ${String(pattern)}`, 20_000, async () => {
      return !pattern.test(await session.window.statusTooltip());
    });

  it('says that the engine is busy while a completion takes long, and shows it when it has come', async () => {
    const { window, workbench } = session;
    await session.enter('slow.ts', { line: 1, column: 24 });
    await window.page.keyboard.type('1 ');
    const tooltip = await session.tooltip(/The engine is busy/);
    await session.picture('a busy engine');
    assert.match(tooltip, /A smaller model/);
    assert.deepEqual(await window.notifications(), []);
    workbench.script(session.replies.map((reply) => ({ ...reply, tokenMs: 0 })));
    // What is under way has asked for its pace already: the next key ends it.
    await window.page.keyboard.type('+ ');
    assert.match(await window.steadyGhostText(20_000), /first/);
    await lastsNoLonger(/The engine is busy/);
    await window.page.keyboard.press('Escape');
    workbench.script(session.replies);
  });

  it('says that the model was not sure, and shows what it has to somebody who asks', async () => {
    const { window, workbench } = session;
    workbench.configure({ 'lacuna.confidence': 'balanced' });
    await session.enter('unsure.ts', { line: 1, column: 25 });
    await until('a completion to be withheld', 60_000, async () => {
      // The setting may come after the first key.
      await window.page.keyboard.type('2 + ');
      return /the model was not sure/.test(await window.statusTooltip());
    });
    await session.picture('not sure enough');
    assert.equal(await window.ghostText(), '');
    await window.page.keyboard.press('Alt+\\');
    assert.equal(await window.steadyGhostText(20_000), 'third');
    await lastsNoLonger(/the model was not sure/);
    await window.page.keyboard.press('Escape');
    workbench.configure({});
  });
}
