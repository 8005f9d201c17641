import type { ScriptedReply } from '../scripted-server/script.js';
import { until } from '../until.js';
import type { Session } from './session.js';

export const writingFiles: Readonly<Record<string, string>> = {
  'names.ts': 'export const x = 1;\nexport const twice = x + x;\n',
};

export const writingReplies: readonly ScriptedReply[] = [
  { when: 'export const x = 1', answers: ['width\nheight\nlength\n'] },
];

/** What the model writes beside code: names. */
export function writing(session: Session): void {
  it('suggests names, and the language’s own server renames', async () => {
    const { window, workbench } = session;
    workbench.script(writingReplies);
    await session.enter('names.ts', { line: 1, column: 14 });
    await window.runCommand('Lacuna: Suggest Another Name');
    const row = window.page.locator('.quick-input-list .monaco-list-row', { hasText: 'width' });
    await row.waitFor({ timeout: 20_000 });
    await session.picture('names to choose from');
    await row.click();
    await until('the new name', 20_000, async () => {
      return (await window.lines()).join('\n').includes('twice = width + width');
    });
    await session.saves(
      'names.ts',
      'export const width = 1;\nexport const twice = width + width;\n',
    );
  });
}
