import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { chatRequests, editRequests, type EditProposal } from '../../protocol/index.js';
import { PageSession } from './chat-page/page-session.js';
import { until } from './until.js';
import { noWorkbench } from './workbench/workbench.js';

const proposal: EditProposal = {
  ...{ id: 'p1', title: 'Rewrite twice', uri: 'file:///w/src/twice.ts', version: 3 },
  ...{ creates: false, oldText: '', newText: '', model: 'tiny', attempts: 1, parsed: true },
  range: { start: { line: 0, character: 0 }, end: { line: 9, character: 0 } },
  hunks: [
    {
      range: { start: { line: 3, character: 0 }, end: { line: 4, character: 0 } },
      oldText: '  return a + a;\n',
      newText: '  return 2 * a;\n',
    },
    {
      range: { start: { line: 8, character: 0 }, end: { line: 8, character: 0 } },
      oldText: '',
      newText: '// the end\n',
    },
  ],
};
const fenced = 'Like this:\n\n```ts\nconst two = 2;\n```\n\nand\n\n```py\ntwo = 2\n```\n\nDone.';

const suite = noWorkbench === undefined ? describe : describe.skip;
const untried = noWorkbench === undefined ? '' : ` (not tried: ${noWorkbench})`;

suite(`the chat page${untried}`, function () {
  this.timeout(60_000);
  let session: PageSession;
  let page: Page;

  before(async () => {
    session = new PageSession();
    await session.start();
  });
  after(() => session.close());
  beforeEach(async () => {
    session.backend.reset();
    page = await session.open();
  });
  afterEach(() => page.context().close());

  const input = () => page.locator('.composer textarea');
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const ask = async (question: string) => {
    await input().fill(question);
    await page.keyboard.press('Enter');
  };
  /** Waits until the answers of so many turns are complete: what a turn offers, it offers from then on. */
  const complete = (turns: number) =>
    button('Answer again')
      .nth(turns - 1)
      .waitFor();

  it('asks with Enter, streams the answer as Markdown, and says what it cost', async () => {
    session.backend.answer = () => ({ answer: 'It **doubles** a number.' });
    await ask('What does it do?');
    await page.locator('strong', { hasText: 'doubles' }).waitFor();
    await page.getByText('21.4 tokens/s').waitFor();
    assert.deepEqual(session.backend.of(chatRequests.send), [
      { conversation: 'c1', question: 'What does it do?' },
    ]);
    assert.equal(await page.getByRole('heading', { level: 1 }).innerText(), 'What does it do?');
    assert.equal(await input().inputValue(), '');
  });

  it('goes to a new line with Shift+Enter', async () => {
    await input().fill('one');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('two');
    assert.equal(await input().inputValue(), 'one\ntwo');
    assert.deepEqual(session.backend.of(chatRequests.send), []);
  });

  it('stops by Escape, keeps what there is, and answers again on request', async () => {
    session.backend.answer = () => ({ answer: 'One two three.', holdAt: 8, piece: 4 });
    await ask('Count');
    await page.getByText('One two').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('Stopped.', { exact: true }).first().waitFor();
    assert.equal(session.backend.of(chatRequests.stop).length, 1);
    session.backend.answer = () => ({ answer: 'One two three.' });
    await button('Answer again').click();
    await page.getByText('One two three.').waitFor();
    assert.equal(await page.locator('.turn').count(), 1);
  });

  it('asks another question in the place of one, and drops what came behind it', async () => {
    session.backend.answer = (question) => ({ answer: `To ${question}` });
    await ask('first');
    await page.getByText('To first').waitFor();
    await complete(1);
    await ask('second');
    await page.getByText('To second').waitFor();
    await complete(2);
    await page.locator('.turn').first().hover();
    await button('Edit and ask again').first().click();
    await page.getByLabel('Question').first().fill('other');
    await button('Ask again').click();
    await page.getByText('To other').waitFor();
    assert.equal(await page.locator('.turn').count(), 1);
  });

  it('branches off a conversation', async () => {
    await ask('first');
    await page.getByText('Yes.').waitFor();
    await button('Branch off a new conversation here').click();
    await until('the branch', 10_000, () => session.backend.conversations.has('c3'));
    // It is in front when the question has the focus again.
    await page.locator('.composer textarea:focus').waitFor();
    await ask('second');
    await until('both turns', 10_000, async () => (await page.locator('.turn').count()) === 2);
    const asked = session.backend.of(chatRequests.send).at(-1) as { conversation: string };
    assert.equal(asked.conversation, 'c3');
  });

  it('completes a mention by keyboard, and pins one', async () => {
    session.backend.mentionItems = [
      { mention: '@diff', kind: 'diff', label: '@diff', detail: 'changes' },
      { mention: '@file:a.ts', kind: 'file', label: 'a.ts', detail: 'src' },
    ];
    await input().pressSequentially('See @');
    await page.getByRole('option', { name: 'a.ts' }).waitFor();
    await page.keyboard.press('ArrowDown');
    const active = await input().getAttribute('aria-activedescendant');
    assert.equal(await page.locator(`#${active ?? ''}`).getAttribute('aria-selected'), 'true');
    await page.keyboard.press('Enter');
    assert.equal(await input().inputValue(), 'See @file:a.ts ');
    await page.keyboard.type('@di');
    await until('one mention', 10_000, async () => {
      const [mention, ...others] = await page.getByRole('option').allInnerTexts();
      return mention?.includes('@diff') === true && others.length === 0;
    });
    await page.keyboard.press('Shift+Enter');
    await button('Unpin @diff').waitFor();
    assert.equal(await input().inputValue(), 'See @file:a.ts ');
  });

  it('applies the hunks of a block that are accepted', async () => {
    session.backend.answer = () => ({ answer: fenced });
    session.backend.proposal = proposal;
    await ask('How?');
    await page.getByText('Done.').waitFor();
    await button('Apply').nth(1).click();
    await page.locator('.proposal').getByText('Rewrite twice').waitFor();
    const [asked] = session.backend.of(chatRequests.apply) as { block: number }[];
    assert.equal(asked?.block, 1);
    await page.getByLabel('Change 1, line 4').uncheck();
    await button('Apply 1 of 2 changes').click();
    await page.locator('.proposal').getByText('Applied.').waitFor();
    assert.deepEqual(session.backend.of(editRequests.accept), [{ id: 'p1', hunks: [1] }]);
  });

  it('finds, opens, renames and deletes earlier conversations', async () => {
    const { backend } = session;
    backend.add([backend.turn('Why?', { answer: 'Because.' })], 'Reasons');
    backend.add([backend.turn('How?', { answer: 'Thus.' })], 'Ways');
    await button('Conversations').click();
    await page.getByPlaceholder('Search conversations').fill('reas');
    await until('one entry', 10_000, async () => {
      return (await page.locator('.conversation').count()) === 1;
    });
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByText('Because.').waitFor();
    await button('Rename').click();
    await page.getByLabel('Title').fill('Causes');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Causes' }).waitFor();
    await button('Conversations').click();
    await button('Delete Causes').click();
    await button('Delete').click();
    await page.getByRole('heading', { name: 'New conversation' }).waitFor();
    assert.equal(backend.conversations.size, 1);
  });

  it('says why there is nobody to talk to, and takes it back when there is', async () => {
    session.backend.availability = {
      ...{ available: false, reason: 'loading' },
      ...{ message: 'The model is being loaded.', remedy: 'Wait a moment.' },
    };
    await page.reload();
    await page.getByText('The model is being loaded.').waitFor();
    session.backend.reset();
    await page.getByText('The model is being loaded.').waitFor({ state: 'detached' });
  });

  it('finds its conversation and its draft again after a reload', async () => {
    await ask('first');
    await page.getByText('Yes.').waitFor();
    await complete(1);
    await input().fill('not sent');
    await page.reload();
    await page.getByText('Yes.').waitFor();
    assert.equal(await input().inputValue(), 'not sent');
  });

  it('shows what was trimmed, left out, thought and cut', async () => {
    const { backend } = session;
    const source = { label: '.env', mention: '@file:.env', tokens: 0, note: 'Left out: secrets.' };
    const turns = [
      backend.turn('one', { answer: '1', sources: [source] }),
      backend.turn('two', { answer: '2', reasoning: 'Hm.', state: 'cut' }),
      backend.turn('three', { answer: '3', usage: { droppedTurns: 1 } }),
    ];
    backend.add(turns, 'Numbers');
    await button('Conversations').click();
    await page.getByText('Numbers').click();
    await page.getByText('Left out: secrets.').waitFor();
    await page.getByText('The answer was cut off').waitFor();
    const order = await page.evaluate<string[]>(
      "[...document.querySelectorAll('.turns > :not([hidden])')].map(({ localName }) => localName)",
    );
    assert.deepEqual(order, ['article', 'p', 'article', 'article']);
    await page.getByText('Thoughts').filter({ visible: true }).click();
    await page.getByText('Hm.').waitFor();
  });

  it('tells a screen reader of beginning and end, and keeps the answer out of live regions', async () => {
    session.backend.answer = () => ({ answer: 'One two three.' });
    await ask('Count');
    await page.getByRole('status').getByText('The answer is complete: 3 words.').waitFor();
    assert.equal(await page.locator('[aria-live] .turn, [role=log] .turn').count(), 0);
  });

  it('speaks German where the browser does', async () => {
    const german = await session.open({ locale: 'de-DE' });
    await german.getByRole('button', { name: 'Neue Unterhaltung' }).waitFor();
    await german.context().close();
  });
});
