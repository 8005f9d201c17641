import assert from 'node:assert/strict';
import type { ScriptedReply } from '../scripted-server/script.js';
import { until } from '../until.js';
import type { Session } from './session.js';

const answer = `A *lacuna* is a gap in a text.

\`\`\`ts
const gap = '';
\`\`\`
`;

export const participantReplies: readonly ScriptedReply[] = [
  { when: 'What is a lacuna', answers: [answer], tokenMs: 5 },
  { when: 'And in Latin', answers: ['A pit or a pool.'] },
];

/** `@lacuna` in VS Code's own chat. */
export function participant(session: Session): void {
  async function ask(question: string): Promise<void> {
    const { page } = session.window;
    const input = page.locator('.interactive-input-editor .monaco-editor').last();
    await input.click();
    await page.keyboard.press('End');
    await page.keyboard.type(question);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter');
  }

  const answers = () =>
    session.window.page.locator('.interactive-response .rendered-markdown').allInnerTexts();

  it('answers in the chat of VS Code, and remembers what was said', async () => {
    const { window, workbench } = session;
    await window.runCommand('Lacuna: Ask @lacuna in the Chat of VS Code');
    await window.page.locator('.interactive-input-editor', { hasText: '@lacuna' }).waitFor();
    await ask('What is a lacuna?');
    await until('the answer', 30_000, async () =>
      (await answers()).join('\n').includes('gap in a text'),
    );
    await session.picture('the participant');
    await ask('And in Latin?');
    await until('the second answer', 30_000, async () =>
      (await answers()).join('\n').includes('a pool'),
    );
    await session.picture('the participant, again');
    const last = workbench.prompts().at(-1) ?? '';
    assert.match(last, /What is a lacuna\?[^]*gap in a text[^]*And in Latin\?/);
  });
}
