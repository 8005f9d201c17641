import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { writeChatModel } from '../support/chat-model.js';
import { until } from './until.js';
import { chatFiles, chatReplies, chatView } from './vscode/chat-view.js';
import { editFiles, editReplies, edits } from './vscode/edits.js';
import { participant, participantReplies } from './vscode/participant.js';
import { useSession } from './vscode/session.js';
import { withoutChat } from './vscode/without-chat.js';
import { writing, writingFiles } from './vscode/writing.js';
import { noWorkbench } from './workbench/workbench.js';

const suite = noWorkbench === undefined ? describe : describe.skip;
const untried = noWorkbench === undefined ? '' : ` (not tried: ${noWorkbench})`;

suite(`VS Code with a model that can be talked to${untried}`, function () {
  this.timeout(120_000);
  const session = useSession(
    { ...editFiles, ...chatFiles, ...writingFiles },
    {
      script: [...editReplies, ...chatReplies, ...participantReplies],
      settings: { 'chat.disableAIFeatures': false },
    },
  );

  it('names the model in the status bar', async () => {
    await session.window.openFile('inline.ts');
    await session.modelReady(/scripted/i);
  });

  edits(session);
  chatView(session);
  participant(session);
  writing(session);
});

/** The bytes of a real file with a real template, whose weights are random. */
function tinyModel(): Buffer {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'lacuna-chat-model-'));
  try {
    return readFileSync(writeChatModel(folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

suite(`VS Code with a tiny model for chat${untried}`, function () {
  this.timeout(120_000);
  const session = useSession(
    { 'talk.ts': 'export const one = 1;\n' },
    noWorkbench === undefined ? { models: { 'tiny.gguf': tinyModel() } } : {},
  );

  withoutChat(session);

  it('loads it beside the one that completes, and answers by the real engine', async () => {
    const { window, workbench } = session;
    await session.enter('talk.ts', { line: 1, column: 1 });
    await session.modelReady();
    const home = path.dirname(workbench.folder);
    workbench.configure({ 'lacuna.chatModel': path.join(home, '.cache/llama.cpp/tiny.gguf') });
    await window.runCommand('Lacuna: Open Chat');
    const page = window.page
      .frameLocator('iframe.webview.ready')
      .frameLocator('iframe#active-frame');
    const question = page.getByRole('textbox', { name: 'Question' });
    await page.locator('.meter', { hasText: '4,096' }).waitFor();
    await question.fill('What is one?');
    await question.press('Enter');
    // Random weights: what it says is noise, and may never end by itself.
    const stop = page.getByRole('button', { name: 'Stop', exact: true });
    await until('some of an answer', 60_000, async () => {
      return ((await page.locator('.turn').textContent()) ?? '').length > 40;
    });
    if ((await stop.count()) > 0) await stop.click();
    const facts = page.locator('.turn-footer .facts');
    await facts.waitFor();
    await session.picture('an answer of the real engine');
    assert.match((await facts.textContent()) ?? '', /Tiny Instruct/);
    assert.match(await session.modelReady(), /seed/i);
    assert.deepEqual(await window.notifications(), []);
  });
});
