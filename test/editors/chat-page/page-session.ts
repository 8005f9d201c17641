import path from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { ChatWebServer } from '../../../server/web/chat-web-server.js';
import { root } from '../hole.js';
import { browserArguments } from '../workbench/window.js';
import { workbenchParts } from '../workbench/workbench.js';
import { ScriptedBackend } from './scripted-backend.js';

/** The chat's page in a real browser, served as `lacuna chat --web` serves it, by a scripted backend. */
export class PageSession {
  readonly backend = new ScriptedBackend();
  private readonly server = new ChatWebServer(path.join(root, 'dist/chat'), this.backend);
  private browser: Browser | undefined;
  /** The address that brings the token. */
  url = '';

  /** @param executablePath the Chromium; by default the one that the workbench is tried in */
  constructor(private readonly executablePath = workbenchParts().chromium) {}

  async start(): Promise<void> {
    this.url = await this.server.listen();
    this.browser = await chromium.launch({
      executablePath: this.executablePath,
      args: browserArguments,
    });
  }

  async close(): Promise<void> {
    await this.browser?.close();
    await this.server.close();
  }

  /**
   * A page of its own, ready to be asked.
   *
   * @param prepare what is done to it before it loads
   */
  async open(
    options: BrowserContextOptions = {},
    prepare?: (page: Page) => Promise<void>,
  ): Promise<Page> {
    if (!this.browser) throw new Error('The session has not been started.');
    const context = await this.browser.newContext({
      viewport: { width: 900, height: 760 },
      ...options,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    await prepare?.(page);
    await page.goto(this.url);
    await page.locator('.composer textarea').waitFor();
    return page;
  }
}
