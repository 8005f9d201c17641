import assert from 'node:assert/strict';
import type { ScriptedReply } from '../scripted-server/script.js';
import { until } from '../until.js';
import type { Session } from './session.js';

const before = `export function load(names: string[]): string[] {
  let out = [];
  out.push('begin');
  for (const name of names) {
    out.push(name);
  }
  out.push('end');
  return out.reverse();
}
`;
const first = before.replace('let out = []', 'const out: string[] = []');
const both = first.replace('out.reverse()', 'out');

export const chatFiles: Readonly<Record<string, string>> = { 'talk.ts': before };

export const chatReplies: readonly ScriptedReply[] = [
  {
    when: 'How does one write this better',
    answers: ['Let me think about it. '.repeat(2000), `So:\n\n\`\`\`ts\n${both}\`\`\`\n`],
    tokenMs: 4,
  },
  { when: 'What does this code do', answers: ['It collects **names** between two marks.'] },
];

/** The view for conversations, beside the editor. */
export function chatView(session: Session): void {
  const page = () =>
    session.window.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
  const button = (name: string) => page().getByRole('button', { name, exact: true });

  it('streams a turn, stops it, answers it again, and applies its block by hunk', async () => {
    const { window } = session;
    await session.enter('talk.ts', { line: 2, column: 3 });
    await window.runCommand('Lacuna: Open Chat');
    const question = page().locator('.composer textarea');
    await question.fill('How does one write this better?');
    await question.press('Enter');
    await page().getByText('Let me think about it.').first().waitFor();
    await session.picture('an answer under way');
    await button('Stop').click();
    await page().locator('.turn-note', { hasText: 'Stopped.' }).waitFor();
    await session.picture('an answer stopped');

    await button('Answer again').click();
    await page().locator('pre code', { hasText: 'const out' }).waitFor();
    // A block can be applied when the answer is complete.
    await button('Answer again').waitFor();
    await button('Apply').first().click();
    const hunks = page().locator('.proposal input[type=checkbox]');
    await until('two hunks', 20_000, async () => (await hunks.count()) === 2);
    await hunks.nth(1).uncheck();
    await session.picture('a block to apply');
    await page().getByRole('button', { name: 'Apply 1 of 2 changes' }).click();
    await page().locator('.outcome', { hasText: 'Applied.' }).waitFor();
    await until('the applied hunk', 10_000, async () =>
      (await window.lines())[1]?.includes('const out'),
    );
    await session.picture('a block applied');

    await session.enter('talk.ts', { line: 1, column: 1 });
    await session.saves('talk.ts', first);
    await window.page.keyboard.press('Control+Z');
    await session.saves('talk.ts', before);
    assert.deepEqual(await window.notifications(), []);
  });

  it('explains what is selected, asked by the lightbulb', async () => {
    const { window, workbench } = session;
    await session.enter('talk.ts', { line: 1, column: 20 });
    const actions = await window.codeActions();
    await actions.filter({ hasText: 'Explain this code' }).click();
    await page().getByText('It collects names between two marks.').waitFor();
    await session.picture('an explanation');
    const prompt = workbench.prompts().findLast((each) => each.includes('What does this code do'));
    assert.match(prompt ?? '', /out\.push\('begin'\)/);
  });
}
