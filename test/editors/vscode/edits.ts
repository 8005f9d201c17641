import assert from 'node:assert/strict';
import type { ScriptedReply } from '../scripted-server/script.js';
import { until } from '../until.js';
import type { Session } from './session.js';

/** What a person does with an edit, each in a file of its own: none stands in another's way. */
const shape = `/** What a rectangle covers. */
export function area(width: number, height: number): number {
  const result = width * height;
  return result;
}

export const unit = 1;
`;
const steps = `export function load(names: string[]): string[] {
  let out = [];
  out.push('begin');
  for (const name of names) {
    out.push(name);
  }
  out.push('end');
  return out.reverse();
}
`;

export const editFiles: Readonly<Record<string, string>> = {
  'inline.ts': shape,
  'crlf.ts': shape.replaceAll('\n', '\r\n'),
  'hunks.ts': steps,
  'bulb.ts': shape,
  'refused.ts': shape,
  'stopped.ts': shape,
  'moved.ts': shape,
  'one.ts': shape,
  'two.ts': shape,
};

const oneExpression = `export function area(width: number, height: number): number {
  return width * height;
}
`;
/** Long enough to be seen while it is being written: it is, until the script lets it end at once. */
const slowly = `export function area(width: number, height: number): number {
// One
// ${'more '.repeat(300)}
// Twenty
  return width * height;
}
`;
const twoPlaces = steps
  .replace('let out = []', 'const out: string[] = []')
  .replace('out.reverse()', 'out');
const fence = '```\n';

export const editReplies: readonly ScriptedReply[] = [
  { when: 'Make it one expression', answers: [`${oneExpression}${fence}`], tokenMs: 25 },
  { when: 'Make it slowly', answers: [`${slowly}${fence}`], tokenMs: 100 },
  { when: 'Do not reverse', answers: [`${twoPlaces}${fence}`], tokenMs: 2 },
  { when: 'Simplify the code', answers: [`${oneExpression}${fence}`] },
  { when: 'Break it', answers: [`export function area( {\n${fence}`] },
  { when: 'That cannot be used', answers: [`export function area( {\n${fence}`] },
  { when: 'Never end', answers: [`// word\n`.repeat(4000)], tokenMs: 2000 },
];

/** From an instruction or a lightbulb to a file that is changed, and back. */
export function edits(session: Session): void {
  /** Puts the cursor into a function, and says what shall be different. */
  async function instruct(file: string, line: number, instruction: string): Promise<void> {
    const { window } = session;
    await session.enter(file, { line, column: 10 });
    await window.quickInput('Control+I', instruction);
    await window.page.keyboard.press('Enter');
    await window.page.locator('.tab.active', { hasText: `Review of ${file}` }).waitFor();
  }

  const lens = (title: string) =>
    until(`the link ${title}`, 20_000, async () =>
      (await session.window.lenses()).some((each) => each.includes(title)),
    );

  async function backIn(file: string): Promise<void> {
    const { page } = session.window;
    await page.locator('.tab', { hasText: `Review of ${file}` }).waitFor({ state: 'detached' });
    await page.locator('.tab.active', { hasText: file }).waitFor();
    await page.locator('.editor-instance .monaco-editor.focused').waitFor();
  }

  it('streams an edit on Ctrl+I, applies it, and takes it back in one step', async () => {
    const { window, workbench } = session;
    await instruct('inline.ts', 2, 'Make it slowly');
    await until('a line of it while the rest is being written', 20_000, async () => {
      const lines = await window.lines();
      return lines.includes('// One') && !lines.includes('// Twenty');
    });
    await session.picture('an edit under way');
    workbench.script(session.replies.map((reply) => ({ ...reply, tokenMs: 0 })));
    await lens('Accept');
    workbench.script(session.replies);
    await session.picture('an edit to review');
    const lines = await window.lines();
    assert.ok(lines.includes('  const result = width * height;'), lines.join('\n'));
    assert.ok(lines.includes('  return width * height;'), lines.join('\n'));
    await window.page.keyboard.press('Control+Enter');
    await backIn('inline.ts');
    await session.saves('inline.ts', shape.replace(/export function[^]*?\n}\n/, slowly));
    await window.page.keyboard.press('Control+Z');
    await session.saves('inline.ts', shape);
    assert.deepEqual(await window.notifications(), []);
  });

  it('keeps line ends, and every byte beside what it changes', async () => {
    const { window } = session;
    await instruct('crlf.ts', 2, 'Make it one expression');
    await lens('Accept');
    await window.page.keyboard.press('Control+Enter');
    await backIn('crlf.ts');
    const expected = shape.replace(/export function[^]*?\n}\n/, oneExpression);
    await session.saves('crlf.ts', expected.replaceAll('\n', '\r\n'));
  });

  it('takes one hunk by its link and leaves another by a key', async () => {
    const { window } = session;
    await instruct('hunks.ts', 1, 'Do not reverse');
    await lens('Accept All');
    await session.picture('two hunks to review');
    await window.clickLens('Accept');
    await until('one hunk left', 10_000, async () => {
      return !(await window.lenses()).some((each) => each.includes('Accept All'));
    });
    await session.picture('a hunk accepted');
    await window.page.keyboard.press('Alt+Backspace');
    await backIn('hunks.ts');
    await session.saves('hunks.ts', steps.replace('let out = []', 'const out: string[] = []'));
    await window.page.keyboard.press('Control+Z');
    await session.saves('hunks.ts', steps);
  });

  it('offers edits by the lightbulb, shows them first, applies them and takes them back', async () => {
    const { window } = session;
    await session.enter('bulb.ts', { line: 2, column: 20 });
    const bulb = window.page.locator(
      '.codicon-light-bulb, .codicon-lightbulb-sparkle, [class*="codicon-gutter-lightbulb"]',
    );
    const actions = await window.codeActions(() => bulb.first().click({ timeout: 20_000 }));
    const action = actions.filter({ hasText: /Simplify/ });
    await action.waitFor({ timeout: 20_000 });
    await session.picture('edits by the lightbulb');
    await action.click();
    await lens('Accept');
    assert.equal(session.saved('bulb.ts'), shape);
    await window.clickLens('Accept');
    await backIn('bulb.ts');
    await session.saves('bulb.ts', shape.replace(/export function[^]*?\n}\n/, oneExpression));
    await window.page.keyboard.press('Control+Z');
    await session.saves('bulb.ts', shape);
  });

  it('says why there is no edit, without a pop-up', async () => {
    const { window } = session;
    await instruct('refused.ts', 2, 'Break it');
    await lens('What the model wrote cannot be used');
    await session.picture('an edit refused');
    await window.page.keyboard.press('Escape');
    await backIn('refused.ts');
    assert.deepEqual(await window.notifications(), []);
  });

  it('applies nothing to a file that has changed meanwhile, and says so', async () => {
    const { window } = session;
    await instruct('moved.ts', 2, 'Make it one expression');
    await lens('Accept');
    await window.page.locator('.tab[data-resource-name="moved.ts"]').click();
    await window.goTo(1, 1);
    await window.page.keyboard.type('const mine = 1;\n');
    await session.saves('moved.ts', `const mine = 1;\n${shape}`);
    await window.page.locator('.tab', { hasText: 'Review of moved.ts' }).click();
    await lens('The file has changed since the model was asked');
    await session.picture('a file that has changed');
    await window.page.locator('.editor-instance .view-lines').click();
    await window.page.keyboard.press('Control+Enter');
    await window.page.keyboard.press('Escape');
    await backIn('moved.ts');
    assert.equal(session.saved('moved.ts'), `const mine = 1;\n${shape}`);
  });

  it('keeps two edits apart that are under way at once', async () => {
    const { window } = session;
    await instruct('one.ts', 2, 'Make it one expression');
    await instruct('two.ts', 2, 'Make it one expression');
    for (const file of ['two.ts', 'one.ts']) {
      await window.page.locator('.tab', { hasText: `Review of ${file}` }).click();
      await lens('Accept');
      await window.page.locator('.editor-instance .view-lines').click();
      await window.page.keyboard.press('Control+Enter');
      await backIn(file);
      await session.saves(file, shape.replace(/export function[^]*?\n}\n/, oneExpression));
    }
  });

  it('stops halfway on Escape, and nothing has changed', async () => {
    const { window } = session;
    await instruct('stopped.ts', 2, 'Never end');
    await lens('The model is at work…');
    await window.page.keyboard.press('Escape');
    await backIn('stopped.ts');
    assert.equal(session.saved('stopped.ts'), shape);
    assert.deepEqual((await window.lines()).slice(0, 3), shape.split('\n').slice(0, 3));
  });
}
