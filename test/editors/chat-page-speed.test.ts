import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { PageSession } from './chat-page/page-session.js';
import { noWorkbench } from './workbench/workbench.js';

/** What an answer of so many tokens is long, at four characters a token. */
const LENGTH = 50_000 * 4;

const paragraph =
  'The **parser** keeps a stack of `nodes`, each with its range; see [the guide](https://example.org/x) ' +
  'for how a *token* is told from another. Nothing here is decided twice.\n\n';
const code = '  const total = values.reduce((sum, value) => sum + value, 0); // of "all"\n';
const fence = `\`\`\`ts\n${code.repeat(30)}\`\`\`\n\n`;
const list = '- an item with `code` and **more**\n'.repeat(8);
const table = `| a | b |\n|---|---|\n${'| one | two |\n'.repeat(6)}\n`;

const kinds: Readonly<Record<string, string>> = {
  'prose, lists, tables and code': `## Part\n\n${paragraph.repeat(4)}${list}\n${table}${fence}`,
  'one code block': code,
  'one list': '- an item with `code` and **more** of what a list has\n',
  'one paragraph': 'word **strong** `code` and more of it ',
};

/** Keeps how long the page was busy in one piece, from 50 ms on: what a person feels. */
const watchTasks = `
globalThis.longTasks = [];
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) globalThis.longTasks.push(duration);
}).observe({ type: 'longtask' });`;

const suite = noWorkbench === undefined ? describe : describe.skip;
const untried = noWorkbench === undefined ? '' : ` (not tried: ${noWorkbench})`;

suite(`an answer of 50,000 tokens in the chat page${untried}`, function () {
  this.timeout(240_000);
  let session: PageSession;
  let page: Page;

  before(async () => {
    session = new PageSession();
    await session.start();
  });
  after(() => session.close());

  for (const [name, unit] of Object.entries(kinds))
    it(`leaves the page free while it streams: ${name}`, async () => {
      session.backend.reset();
      page = await session.open();
      page.setDefaultTimeout(200_000);
      await page.evaluate(watchTasks);
      const body = unit.repeat(Math.ceil(LENGTH / unit.length)).slice(0, LENGTH);
      const answer = name === 'one code block' ? `\`\`\`ts\n${body}` : body;
      session.backend.answer = () => ({ answer, piece: 400, pauseMs: 8 });
      await page.locator('.composer textarea').fill('Go');
      const start = performance.now();
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Answer again' }).waitFor();
      const seconds = (performance.now() - start) / 1000;
      const text = await page.evaluate<string>(
        "document.querySelector('.turn > .markdown').textContent",
      );
      const tasks = await page.evaluate<number[]>('globalThis.longTasks');
      const longest = Math.max(0, ...tasks);
      const share = tasks.reduce((sum, each) => sum + each, 0) / (seconds * 1000);
      if (process.env['LACUNA_PRINT_SPEED'])
        console.log({
          name,
          seconds,
          tasks: tasks.length,
          longest,
          share,
          characters: text.length,
        });
      // All of it is there, and no part was drawn again and again: that would take minutes, not seconds.
      assert.ok(text.length > LENGTH / 2, `${text.length} characters`);
      assert.ok(longest < 2000, `${longest} ms in one piece`);
      await page.context().close();
    });

  it('draws what is done once', async () => {
    session.backend.reset();
    page = await session.open();
    await page.evaluate(`
      globalThis.first = undefined;
      globalThis.removed = 0;
      new MutationObserver((changes) => {
        for (const { target, removedNodes } of changes)
          if (!target.closest?.('.tail') && target.closest?.('.turn > .markdown'))
            globalThis.removed += [...removedNodes].filter((node) => node.nodeType === 1 && node.className !== 'tail').length;
      }).observe(document.querySelector('.area'), { subtree: true, childList: true });`);
    const answer = `${paragraph}${list}\n${table}${paragraph}`.repeat(20);
    session.backend.answer = () => ({ answer, piece: 5 });
    await page.locator('.composer textarea').fill('Go');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Answer again' }).waitFor();
    assert.equal(await page.evaluate('globalThis.removed'), 0);
    await page.context().close();
  });
});
