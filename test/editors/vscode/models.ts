import assert from 'node:assert/strict';
import { until } from '../until.js';
import type { Session } from './session.js';

/** The picker: what the machine has is listed with what it needs, and is loaded when it is chosen. */
export function models(session: Session): void {
  it('lists the models of this machine with what each needs, and loads the one that is chosen', async () => {
    const { window } = session;
    await window.runCommand('Lacuna: Choose Model');
    const rows = await until('the models', 20_000, async () => {
      const rows = await window.listRows();
      // At first there is the list of commands, then one that is still being filled.
      return (
        [/18m/i, /tiny-lite/, /broken/].every((name) => rows.some((each) => name.test(each))) &&
        rows
      );
    });
    await session.picture('the model picker');
    const row = (name: RegExp) => {
      const found = rows.find((each) => name.test(each));
      assert.ok(found !== undefined, rows.join('\n'));
      return found;
    };
    assert.match(row(/18m/i), /Lacuna · \d+ MB · Q8_0/);
    assert.match(
      row(/18m/i),
      /completes · trained for 1024 tokens · needs about \d+ MB of [\d.]+ GB free/,
    );
    assert.match(row(/broken/), /llama\.cpp/);

    await window.page
      .locator('.quick-input-list .monaco-list-row', { hasText: 'tiny-lite' })
      .click();
    await until('the other model in the status bar', 30_000, async () => {
      return /tiny/i.test(await window.status());
    });
    await session.picture('another model');

    await window.runCommand('Lacuna: Choose Model');
    await window.page.locator('.quick-input-list .monaco-list-row', { hasText: /18m/i }).click();
    await session.modelReady();
    assert.deepEqual(await window.notifications(), []);
  });
}
