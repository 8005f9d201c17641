import assert from 'node:assert/strict';
import { until } from '../until.js';
import type { Session } from './session.js';

/** Where the model only completes: it is said, with the way to one that answers. */
export function withoutChat(session: Session): void {
  it('says where an instruction is asked for that the model only completes, and leads to another', async () => {
    const { window } = session;
    await session.enter('talk.ts', { line: 1, column: 1 });
    await session.modelReady();
    await window.runCommand('Lacuna: Edit with an Instruction');
    const box = window.page.locator('.quick-input-widget');
    await until('the refusal', 20_000, async () => /only completes/.test(await box.innerText()));
    await session.picture('no model for edits');
    await box.locator('[aria-label="Choose a chat model"]').click();
    await until('the models', 20_000, async () => {
      return (await window.listRows()).some((row) => row.includes('tiny'));
    });
    await window.page.keyboard.press('Escape');
    assert.deepEqual(await window.notifications(), []);
  });

  it('offers no edit by the lightbulb then', async () => {
    const { window } = session;
    await session.enter('talk.ts', { line: 1, column: 14 });
    await window.page.keyboard.press('Control+.');
    await window.page.locator('.action-widget, .monaco-editor-overlaymessage').first().waitFor();
    const titles = await window.page.locator('.action-widget .monaco-list-row').allInnerTexts();
    assert.deepEqual(
      titles.filter((title) => /Simplify|Document|Explain/.test(title)),
      [],
    );
    await window.page.keyboard.press('Escape');
  });
}
