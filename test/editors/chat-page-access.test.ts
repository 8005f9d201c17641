import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
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

/** How a page can look: what the browser is set to, or what VS Code gives it to wear. */
interface Look {
  readonly name: string;
  readonly media?: Parameters<Page['emulateMedia']>[0];
  readonly width?: number;
  readonly theme?: string;
}

const looks: readonly Look[] = [
  { name: 'light', media: { colorScheme: 'light' } },
  { name: 'dark', media: { colorScheme: 'dark' } },
  { name: 'light, more contrast', media: { colorScheme: 'light', contrast: 'more' } },
  { name: 'dark, more contrast', media: { colorScheme: 'dark', contrast: 'more' } },
  { name: 'forced colours', media: { forcedColors: 'active' } },
  { name: 'a narrow bar', width: 280 },
  ...Object.keys(themes).map((theme) => ({ name: `VS Code ${theme}`, theme, width: 360 })),
];

/** Gives a page a look, whatever it had before. */
async function wear(page: Page, { media, width = 900, theme }: Look): Promise<void> {
  await page.emulateMedia({ colorScheme: null, contrast: null, forcedColors: null, ...media });
  await page.setViewportSize({ width, height: 700 });
  const { class: classes, style } = themes[theme ?? ''] ?? { class: 'web', style: '' };
  await page.evaluate(`document.body.className = ${JSON.stringify(classes)};
    document.documentElement.style.cssText = ${JSON.stringify(style)};`);
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

  afterEach(() => page.context().close());

  /** Looks at a state in every look. */
  const check = async (state: string) => {
    const findings: string[] = [];
    for (const look of looks) {
      await wear(page, look);
      await page.screenshot({ path: path.join(pictures, `chat ${look.name} ${state}.png`) });
      for (const finding of await axeFindings(page)) findings.push(`${look.name}: ${finding}`);
    }
    assert.deepEqual(findings, []);
  };
  const button = (name: string) => page.getByRole('button', { name, exact: true });

  it('is judged by an axe that finds what is wrong', async () => {
    page = await session.open();
    await page.evaluate("document.querySelector('.primary').removeAttribute('aria-label')");
    await page.evaluate("document.querySelector('.primary').removeAttribute('title')");
    assert.match((await axeFindings(page)).join('\n'), /button-name/);
  });

  const openConversation = async () => {
    await button('Conversations').click();
    await page.getByText('Why parse is slow').click();
    await page.getByText('Two ways out').first().waitFor();
  };

  describe('has no fault that axe-core knows in any look:', () => {
    beforeEach(async () => {
      page = await session.open();
    });

    it('without a conversation', async () => {
      await check('welcome');
    });

    it('the list of conversations', async () => {
      await button('Conversations').click();
      await page.locator('.conversation').first().waitFor();
      await check('history');
    });

    it('a conversation', async () => {
      await openConversation();
      await page.evaluate(
        "for (const fold of document.querySelectorAll('details')) fold.open = true;",
      );
      await page.evaluate("document.querySelector('.area').scrollTop = 0");
      await check('conversation');
    });

    it('the changes of a block', async () => {
      await openConversation();
      await button('Apply').first().click();
      await page.getByLabel('Change 2, line 9').uncheck();
      await check('proposal');
    });

    it('what can be mentioned, and what is pinned', async () => {
      await page.locator('.composer textarea').fill('About @');
      await page.getByRole('option').first().waitFor();
      await check('mentions');
      await page.keyboard.press('Shift+Enter');
      await button('Unpin @selection').waitFor();
      await check('pins');
    });

    it('a notice', async () => {
      session.backend.availability = {
        ...{ available: false, reason: 'no-chat-model' },
        ...{ message: 'The model only completes.', remedy: 'Choose one that answers.' },
      };
      session.backend.tell({ type: 'status' });
      await page.getByText('The model only completes.').waitFor();
      await check('notice');
    });
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
  });
});
