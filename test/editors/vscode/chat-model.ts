import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { writeChatModel } from '../../support/chat-model.js';
import { until } from '../until.js';
import type { Session } from './session.js';

/** The bytes of a real file with a real template, whose weights are random. */
export function tinyChatModel(): Buffer {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'lacuna-chat-model-'));
  try {
    return readFileSync(writeChatModel(folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** From a model that only completes, which says so, to one beside it that answers. */
export function chatModel(session: Session): void {
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
      return (await window.listRows()).some((row) => row.includes('talker'));
    });
    await window.page.keyboard.press('Escape');
    assert.deepEqual(await window.notifications(), []);
  });

  it('offers no edit by the lightbulb then', async () => {
    const { window } = session;
    await session.enter('talk.ts', { line: 1, column: 14 });
    const titles = await (await window.codeActions()).allInnerTexts();
    assert.deepEqual(
      titles.filter((title) => /Simplify|Document|Explain/.test(title)),
      [],
    );
    await window.page.keyboard.press('Escape');
  });

  it('loads it beside the one that completes, and answers by the real engine', async () => {
    const { window, workbench } = session;
    await session.enter('talk.ts', { line: 1, column: 1 });
    await session.modelReady();
    const home = path.dirname(workbench.folder);
    workbench.configure({ 'lacuna.chatModel': path.join(home, '.cache/llama.cpp/talker.gguf') });
    await window.runCommand('Lacuna: Open Chat');
    const page = window.page
      .frameLocator('iframe.webview.ready')
      .frameLocator('iframe#active-frame');
    const question = page.getByRole('textbox', { name: 'Question' });
    await page.locator('.meter', { hasText: '4,096' }).waitFor();
    await question.fill('What is one?');
    await question.press('Enter');
    // Random weights: what it says is noise, which has ended by itself or goes on without end.
    const stop = page.getByRole('button', { name: 'Stop', exact: true });
    await until('some of an answer', 60_000, async () => {
      return ((await page.locator('.turn').textContent()) ?? '').length > 40;
    });
    await stop.click({ timeout: 5000 }).catch(() => undefined);
    const facts = page.locator('.turn-footer .facts');
    await facts.waitFor();
    await session.picture('an answer of the real engine');
    assert.match((await facts.textContent()) ?? '', /Tiny Instruct/);
    assert.match(await session.modelReady(), /18m/i);
    assert.deepEqual(await window.notifications(), []);
  });
}
