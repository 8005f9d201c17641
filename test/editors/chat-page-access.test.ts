import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { axeFindings } from './chat-page/axe.js';
import { PageSession } from './chat-page/page-session.js';
import { fillBackend } from './chat-page/sample.js';
import { root } from './hole.js';
import { noWorkbench } from './workbench/workbench.js';

/** Where the pictures of each state go. */
const pictures = path.join(process.env['LACUNA_CACHE'] ?? path.join(root, '.cache'), 'screenshots');

/** VS Code's own themes, as a webview sees them: its classes and variables, as far as the page asks for them. */
const themes = JSON.parse(
  readFileSync(path.join(root, 'test/fixtures/vscode-themes.json'), 'utf8'),
) as Readonly<Record<string, { readonly class: string; readonly style: string }>>;

const looks: readonly {
  readonly name: string;
  readonly options: BrowserContextOptions;
  readonly theme?: string;
}[] = [
  { name: 'light', options: { colorScheme: 'light' } },
  { name: 'dark', options: { colorScheme: 'dark' } },
  { name: 'light, more contrast', options: { colorScheme: 'light', contrast: 'more' } },
  { name: 'dark, more contrast', options: { colorScheme: 'dark', contrast: 'more' } },
  { name: 'forced colours', options: { forcedColors: 'active' } },
  { name: 'a narrow bar', options: { viewport: { width: 280, height: 700 } } },
  ...Object.keys(themes).map((theme) => ({
    ...{ name: `VS Code ${theme}`, theme },
    options: { viewport: { width: 360, height: 700 } },
  })),
];

/** Gives a page the looks of a theme of VS Code. */
async function wear(page: Page, theme: string | undefined): Promise<void> {
  const looks = theme === undefined ? undefined : themes[theme];
  if (!looks) return;
  await page.evaluate(`document.body.className = ${JSON.stringify(looks.class)};
    document.documentElement.style.cssText = ${JSON.stringify(looks.style)};`);
}

const suite = noWorkbench === undefined ? describe : describe.skip;
const untried = noWorkbench === undefined ? '' : ` (not tried: ${noWorkbench})`;

suite(`access to the chat page${untried}`, function () {
  this.timeout(60_000);
  let session: PageSession;
  let page: Page;

  before(async () => {
    mkdirSync(pictures, { recursive: true });
    session = new PageSession();
    await session.start();
  });
  after(() => session.close());
  beforeEach(() => {
    session.backend.reset();
    fillBackend(session.backend);
  });

  const check = async (look: string, state: string) => {
    await page.screenshot({ path: path.join(pictures, `chat ${look} ${state}.png`) });
    assert.deepEqual(await axeFindings(page), [], state);
  };
  const button = (name: string) => page.getByRole('button', { name, exact: true });

  it('is judged by an axe that finds what is wrong', async () => {
    page = await session.open();
    await page.evaluate("document.querySelector('.primary').removeAttribute('aria-label')");
    await page.evaluate("document.querySelector('.primary').removeAttribute('title')");
    assert.match((await axeFindings(page)).join('\n'), /button-name/);
    await page.context().close();
  });

  for (const { name, options, theme } of looks)
    it(`has no fault that axe-core knows: ${name}`, async () => {
      page = await session.open(options);
      await wear(page, theme);
      await check(name, 'welcome');
      // In VS Code the button stands in the title of the view.
      await page.evaluate("document.body.classList.add('web')");
      await button('Conversations').click();
      await page.locator('.conversation').first().waitFor();
      await wear(page, theme);
      await check(name, 'history');
      await page.getByText('Why parse is slow').click();
      await page.getByText('Two ways out').first().waitFor();
      await page.evaluate(
        "for (const fold of document.querySelectorAll('details')) fold.open = true;",
      );
      await page.evaluate("document.querySelector('.area').scrollTop = 0");
      await check(name, 'conversation');
      await button('Apply').first().click();
      await page.getByLabel('Change 2, line 9').uncheck();
      await check(name, 'proposal');
      await page.locator('.composer textarea').fill('About @');
      await page.getByRole('option').first().waitFor();
      await check(name, 'mentions');
      await page.keyboard.press('Shift+Enter');
      await button('Unpin @selection').waitFor();
      session.backend.availability = {
        ...{ available: false, reason: 'no-chat-model' },
        ...{ message: 'The model only completes.', remedy: 'Choose one that answers.' },
      };
      session.backend.tell({ type: 'status' });
      await page.getByText('The model only completes.').waitFor();
      await check(name, 'notice');
      await page.context().close();
    });

  it('is reached by Tab alone, in the order in which it stands', async () => {
    page = await session.open();
    const names: string[] = [];
    for (let i = 0; i < 8; i++) {
      names.push(
        await page.evaluate<string>(
          "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent",
        ),
      );
      await page.keyboard.press('Tab');
    }
    assert.deepEqual(names.slice(0, 2), ['Question', 'Add context']);
    for (const name of ['Conversations', 'New conversation', 'Explain the selected code'])
      assert.ok(names.includes(name), names.join());
    await page.context().close();
  });

  it('goes from turn to turn with Alt and arrows', async () => {
    page = await session.open();
    await button('Conversations').click();
    await page.getByText('Why parse is slow').click();
    await page.locator('.turn').nth(2).waitFor();
    const focused = () =>
      page.evaluate<number>(
        "[...document.querySelectorAll('.turn')].indexOf(document.activeElement)",
      );
    await page.keyboard.press('Alt+ArrowUp');
    assert.equal(await focused(), 2);
    await page.keyboard.press('Alt+ArrowUp');
    assert.equal(await focused(), 1);
    await page.keyboard.press('Alt+ArrowDown');
    assert.equal(await focused(), 2);
    await page.context().close();
  });
});
