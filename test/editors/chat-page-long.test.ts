import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { longAnswers } from './chat-page/long-answers.js';
import { PageSession } from './chat-page/page-session.js';
import { noWorkbench } from './workbench/workbench.js';

/** Tens of screens. How smoothly a page takes ten times as much, `node bench/chat-page.mjs` prints. */
const TOKENS = 5000;

/**
 * Counts the elements of an answer that are taken away again, but for those of its unfinished end, and of code, whose lines
 * are there before they are coloured.
 */
const watchRemovals = `
globalThis.removed = 0;
new MutationObserver((changes) => {
  for (const { target, removedNodes } of changes)
    if (!target.closest?.('.tail, pre') && target.closest?.('.turn > .markdown'))
      globalThis.removed += [...removedNodes].filter((node) => node.nodeType === 1 && node.className !== 'tail').length;
}).observe(document.querySelector('.area'), { subtree: true, childList: true });`;

const suite = noWorkbench === undefined ? describe : describe.skip;
const untried = noWorkbench === undefined ? '' : ` (not tried: ${noWorkbench})`;

suite(`a long answer in the chat page${untried}`, function () {
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
    page.setDefaultTimeout(50_000);
  });
  afterEach(() => page.context().close());

  for (const [name, answer] of longAnswers(TOKENS))
    it(`is there to its end, and what is done is drawn once: ${name}`, async () => {
      await page.evaluate(watchRemovals);
      session.backend.answer = () => ({ answer: `${answer}\nThe end.`, piece: 60 });
      await page.locator('.composer textarea').fill('Go');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Answer again' }).waitFor();
      const text = await page.evaluate<string>(
        "document.querySelector('.turn > .markdown').textContent",
      );
      assert.ok(text.length > answer.length / 2, `${text.length} characters`);
      assert.match(text, /The end\.\s*$/);
      assert.equal(await page.evaluate('globalThis.removed'), 0);
    });
});
