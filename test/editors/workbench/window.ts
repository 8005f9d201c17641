import {
  chromium,
  errors,
  type BrowserContextOptions,
  type Locator,
  type Page,
} from 'playwright-core';
import { until } from '../until.js';
import { drawn, ghostTextOrQuiet, ghostTextTimes, readLines, watchGhostText } from './in-page.js';

export const browserArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const looks: BrowserContextOptions = {
  viewport: { width: 1040, height: 560 },
  deviceScaleFactor: 1.5,
};

/** Whether something is shown within so many milliseconds. */
async function appears(locator: Locator, timeout: number): Promise<boolean> {
  try {
    await locator.first().waitFor({ timeout });
    return true;
  } catch (error) {
    if (error instanceof errors.TimeoutError) return false;
    throw error;
  }
}

/** One VS Code window in a browser, and the few things a person does there. */
export class EditorWindow {
  private constructor(
    readonly page: Page,
    private readonly end: () => Promise<void>,
  ) {}

  /** In a browser of its own. @throws {Error} where the workbench does not show within a minute. */
  static async open(executablePath: string, url: string): Promise<EditorWindow> {
    const browser = await chromium.launch({ executablePath, args: browserArguments });
    return EditorWindow.show(
      url,
      async () => (await browser.newContext(looks)).newPage(),
      () => browser.close(),
    );
  }

  /** Another one beside this one, as a person opens it. @throws {Error} where it does not show within a minute. */
  async another(url: string): Promise<EditorWindow> {
    const page = await this.page.context().newPage();
    return EditorWindow.show(
      url,
      () => Promise.resolve(page),
      () => page.close(),
    );
  }

  private static async show(
    url: string,
    newPage: () => Promise<Page>,
    end: () => Promise<void>,
  ): Promise<EditorWindow> {
    try {
      const page = await newPage();
      await page.goto(url, { timeout: 60_000 });
      await page.locator('.monaco-workbench').waitFor({ timeout: 60_000 });
      await page.locator('.statusbar').waitFor({ timeout: 60_000 });
      return new EditorWindow(page, end);
    } catch (error) {
      await end();
      throw error;
    }
  }

  /** Closes whatever a test that failed has left open. */
  async closePopups(): Promise<void> {
    for (let i = 0; i < 3; i++) await this.page.keyboard.press('Escape');
  }

  /** Opens a file of the project by its path in it. */
  async openFile(name: string): Promise<void> {
    const { page } = this;
    await this.quickInput('Control+P', name);
    // The list refreshes late and Enter takes the row that has the focus. A row names the file before its folder.
    const base = name.slice(name.lastIndexOf('/') + 1);
    await page
      .locator('.quick-input-list .monaco-list-row.focused', { hasText: base })
      .waitFor({ timeout: 20_000 });
    await page.keyboard.press('Enter');
    await page.locator('.tab.active', { hasText: base }).waitFor({ timeout: 20_000 });
    await this.editorFocus();
  }

  /** Puts the cursor at a line and column, both counted from 1. */
  async goTo(line: number, column: number): Promise<void> {
    const { page } = this;
    await this.quickInput('Control+G', `:${line}:${column}`);
    // Before it has read the numbers, Enter would go nowhere.
    await page
      .locator('.quick-input-list .monaco-list-row.focused', {
        hasText: new RegExp(`\\b${line}\\b.*\\b${column}\\b`),
      })
      .waitFor({ timeout: 20_000 });
    await page.keyboard.press('Enter');
    await page
      .locator('.statusbar-item', { hasText: `Ln ${line}, Col ${column}` })
      .waitFor({ timeout: 20_000 });
    await this.editorFocus();
  }

  /** Runs a command by its title in the command palette. */
  async runCommand(title: string): Promise<void> {
    const { page } = this;
    // Not the focused row: another command whose name has the same words may stand above.
    const exactly = new RegExp(`^${title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
    const row = page
      .locator('.quick-input-list .monaco-list-row')
      .filter({ has: page.locator('.label-name', { hasText: exactly }) });
    // The palette lists what could be run when it was opened: a command may have become possible since.
    await until(`the command ${title}`, 30_000, async () => {
      await this.quickInput('F1', `>${title}`);
      const there = await appears(row, 5000);
      if (!there) await page.keyboard.press('Escape');
      return there;
    });
    await row.click({ timeout: 20_000 });
    // Where the pointer stays, the hover of what comes next may cover its buttons.
    await page.mouse.move(0, 0);
  }

  /** Opens a quick input by a key, and gives it a text. What is typed before it has the focus would go elsewhere. */
  async quickInput(key: string, text: string): Promise<void> {
    const { page } = this;
    const widget = page.locator('.quick-input-widget');
    // Another one that is being closed would be taken for this one.
    await widget.waitFor({ state: 'hidden', timeout: 20_000 });
    const input = widget.locator('input');
    // In its first seconds VS Code may take a key for something of its own, such as its chat.
    await until(`a quick input by ${key}`, 20_000, async () => {
      await page.keyboard.press(key);
      const there = await appears(input, 4000);
      if (!there) await page.keyboard.press('Escape');
      return there;
    });
    await input.fill(text, { timeout: 20_000 });
  }

  /** Text of the status bar item that Lacuna owns, icons left out; empty while there is none. */
  async status(): Promise<string> {
    const item = this.statusItem();
    return (await item.count()) === 0 ? '' : ((await item.textContent()) ?? '').trim();
  }

  /** Points at the status bar item and returns its tooltip. */
  async statusTooltip(): Promise<string> {
    const tooltip = this.page.locator('.workbench-hover-container .monaco-hover');
    return until('the tooltip of the status bar', 30_000, async () => {
      // Away first: a pointer that stands on the item already shows nothing new.
      await this.page.mouse.move(0, 0);
      await tooltip.first().waitFor({ state: 'hidden', timeout: 10_000 });
      await this.statusItem().hover();
      // An item that changes under the pointer takes its tooltip away.
      if (!(await appears(tooltip, 3000))) return '';
      const texts = await tooltip.allInnerTexts();
      return texts.join('\n').replaceAll('\u00a0', ' ');
    });
  }

  async clickStatus(): Promise<void> {
    await this.statusItem().click();
  }

  /** Rows of the list that is open, once there are any. */
  async listRows(): Promise<readonly string[]> {
    const rows = this.page.locator('.quick-input-list .monaco-list-row');
    await rows.first().waitFor({ timeout: 20_000 });
    return (await rows.allInnerTexts()).map((text) => text.replaceAll('\u00a0', ' '));
  }

  /** Text of the editor that is written in, as far as it is on the screen, without ghost text. */
  async lines(): Promise<readonly string[]> {
    const lines = await this.page.evaluate<string[]>(readLines);
    return lines.map((text) => text.replaceAll('\u00a0', ' '));
  }

  /** Titles of the links above lines, icons left out. */
  async lenses(): Promise<readonly string[]> {
    const texts = await this.page
      .locator('.codelens-decoration a, .codelens-decoration span')
      .allInnerTexts();
    return texts.map((text) => text.replaceAll('\u00a0', ' ').trim());
  }

  /** Clicks the first link above a line that has this title. */
  async clickLens(title: string): Promise<void> {
    // A hover over the code may cover it.
    await this.page.mouse.move(0, 0);
    await this.page.locator('.codelens-decoration a', { hasText: title }).first().click();
  }

  /** Opens the list of code actions at the cursor, and returns it. Empty where VS Code says that there are none. */
  async codeActions(open = () => this.page.keyboard.press('Control+.')): Promise<Locator> {
    const widget = this.page.locator('.action-widget');
    const none = this.page.locator('.monaco-editor-overlaymessage');
    // A list that is opened while VS Code still looks at the place is closed again.
    await until('the code actions', 30_000, async () => {
      await open();
      return appears(widget.or(none), 5000);
    });
    return widget.locator('.monaco-list-row');
  }

  /** From now on keeps how long each keystroke took to bring ghost text. */
  async watchGhostText(): Promise<void> {
    await this.page.evaluate(watchGhostText);
  }

  /** Waits for what the latest keystroke brings, so many milliseconds at most. */
  async ghostTextOrQuiet(milliseconds: number): Promise<void> {
    await this.page.evaluate(ghostTextOrQuiet(milliseconds));
  }

  /** What was kept since, milliseconds. */
  async ghostTextTimes(): Promise<readonly number[]> {
    return this.page.evaluate<number[]>(ghostTextTimes);
  }

  /** Asks for the document that is written in to be saved. It is not there yet: VS Code shows no mark while it writes. */
  async save(): Promise<void> {
    await this.page.keyboard.press('Control+S');
  }

  /** Drops ghost text, that which is still on its way included. */
  async dropGhostText(): Promise<void> {
    await until('the ghost text to go', 10_000, async () => {
      await this.page.keyboard.press('Escape');
      await this.page.evaluate(drawn);
      return (await this.ghostText()) === '';
    });
  }

  /** Waits until no ghost text is shown. */
  async ghostTextGone(): Promise<void> {
    await until('the ghost text to go', 10_000, async () => (await this.ghostText()) === '');
  }

  /** Texts of the notifications that popped up. */
  async notifications(): Promise<readonly string[]> {
    return this.page.locator('.notification-toast').allInnerTexts();
  }

  /** What is typed while a quick input closes would be lost. */
  private async editorFocus(): Promise<void> {
    await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden', timeout: 20_000 });
    await this.page.locator('.editor-instance .monaco-editor.focused').waitFor({ timeout: 20_000 });
  }

  private statusItem() {
    return this.page.locator('.statusbar-item[id="lacuna.lacuna.lacuna.status"]').first();
  }

  /** The ghost text shown now, one string however many nodes it is split over; empty while there is none. */
  async ghostText(): Promise<string> {
    const inLine = await this.page.locator('.view-lines .ghost-text-decoration').allTextContents();
    const below = await this.page.locator('.suggest-preview-text .view-line').allTextContents();
    return [inLine.join(''), ...below].join('\n').replaceAll('\u00a0', ' ');
  }

  /**
   * Types, and waits for ghost text that stays. In its first seconds VS Code does not ask its providers about
   * every keystroke, so what brings none is typed again, as a person would go on typing.
   *
   * @throws {Error} where none shows after three tries
   */
  async typeForGhostText(text: string): Promise<string> {
    const { keyboard } = this.page;
    for (let tries = 3; ; tries -= 1) {
      await keyboard.type(text);
      try {
        return await this.steadyGhostText(8000);
      } catch (error) {
        if (tries === 1) throw error;
        for (let i = 0; i < text.length; i += 1) await keyboard.press('Backspace');
      }
    }
  }

  /** Waits for ghost text that stays. */
  async steadyGhostText(milliseconds: number): Promise<string> {
    let last = '';
    let since = performance.now();
    return until('ghost text', milliseconds, async () => {
      const now = await this.ghostText();
      if (now !== last) since = performance.now();
      last = now;
      return performance.now() - since > 500 && now;
    });
  }

  async close(): Promise<void> {
    await this.end();
  }
}
