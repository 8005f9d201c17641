import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root, type MarkedText } from '../hole.js';
import { until } from '../until.js';
import { EditorWindow } from '../workbench/window.js';
import {
  startWorkbench,
  workbenchParts,
  type Workbench,
  type WorkbenchOptions,
} from '../workbench/workbench.js';
import { lineHole } from './holes.js';

/** Where the pictures of each state go. */
const pictures = path.join(process.env['LACUNA_CACHE'] ?? path.join(root, '.cache'), 'screenshots');

/** A workbench with a window in it, which a suite's tests share. */
export class Session {
  private opened: { workbench: Workbench; window: EditorWindow } | undefined;

  get workbench(): Workbench {
    return this.open.workbench;
  }

  get window(): EditorWindow {
    return this.open.window;
  }

  async start(
    files: Readonly<Record<string, string>>,
    options: WorkbenchOptions = {},
  ): Promise<void> {
    const parts = workbenchParts();
    const workbench = await startWorkbench(parts, files, options);
    try {
      const window = await EditorWindow.open(parts.chromium, workbench.url);
      this.opened = { workbench, window };
    } catch (error) {
      await workbench.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.opened?.window.close();
    await this.opened?.workbench.close();
    this.opened = undefined;
  }

  /** Opens a file of the project and puts the cursor into its hole. */
  async enter(
    name: string,
    { line, column }: Pick<MarkedText, 'line' | 'column'> = lineHole,
  ): Promise<void> {
    await this.window.openFile(name);
    await this.window.goTo(line, column);
  }

  /** What a file of the project holds on disk. */
  saved(name: string): string {
    return readFileSync(path.join(this.workbench.folder, name), 'utf8');
  }

  /** Waits for a model in the status bar. */
  async modelReady(name = /seed/i): Promise<string> {
    return until('the model in the status bar', 60_000, async () => {
      const text = await this.window.status();
      return name.test(text) && text;
    });
  }

  /** Waits for a tooltip of the status bar item that says so. */
  async tooltip(pattern: RegExp): Promise<string> {
    return until(`a tooltip that says ${String(pattern)}`, 20_000, async () => {
      const text = await this.window.statusTooltip();
      return pattern.test(text) && text;
    });
  }

  /** How many answers the model has given so far, as Lacuna's own statistics count them. */
  async answersByModel(): Promise<number> {
    const { window } = this;
    await window.runCommand('Lacuna: Show Statistics');
    await window.page.locator('.tab.active', { hasText: 'Statistics.md' }).waitFor();
    const count = await until('the statistics', 10_000, async () => {
      const row = (await window.lines()).find((line) => line.startsWith('| by the model'));
      return row && /\| (\d+) \|/.exec(row)?.[1];
    });
    await window.page.keyboard.press('Control+W');
    await window.page.locator('.tab', { hasText: 'Statistics.md' }).waitFor({ state: 'detached' });
    return Number(count);
  }

  /** Keeps a picture of the window. */
  async picture(name: string): Promise<void> {
    mkdirSync(pictures, { recursive: true });
    await this.window.page.screenshot({ path: path.join(pictures, `${name}.png`) });
  }

  private get open() {
    if (!this.opened) throw new Error('The workbench does not run.');
    return this.opened;
  }
}

/** Starts a workbench for the tests of a suite, and keeps a picture and the server's log of each that fails. */
export function useSession(
  files: Readonly<Record<string, string>>,
  options?: WorkbenchOptions,
): Session {
  const session = new Session();
  before(() => session.start(files, options));
  after(() => session.close());
  afterEach(async function () {
    const test = this.currentTest;
    if (test?.state !== 'failed') return;
    const name = `failed ${test.fullTitle()}`.replaceAll(/[^\w ]+/g, '').slice(0, 120);
    await session.picture(name);
    console.error(`A picture of the window: ${path.join(pictures, name)}.png`);
    console.error(session.workbench.log());
    await session.window.closePopups();
  });
  return session;
}
