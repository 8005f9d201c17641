import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root, type MarkedText } from '../hole.js';
import type { ScriptedReply } from '../scripted-server/script.js';
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

interface Opened {
  readonly workbench: Workbench;
  readonly window: EditorWindow;
}

/** A workbench with a window in it, which a suite's tests share. */
export class Session {
  private opened: Opened | undefined;
  private opening: Promise<Opened> | undefined;

  constructor(
    private readonly files: Readonly<Record<string, string>>,
    private readonly options: WorkbenchOptions = {},
  ) {}

  /** What the scripted model answers at first. */
  get replies(): readonly ScriptedReply[] {
    return this.options.script ?? [];
  }

  get workbench(): Workbench {
    return this.open.workbench;
  }

  get window(): EditorWindow {
    return this.open.window;
  }

  /** Starts already, so that the suites before this one's need not be waited for. */
  startAhead(): void {
    this.opening ??= this.boot();
    // Whoever waits for it is told.
    this.opening.catch(() => undefined);
  }

  async start(): Promise<void> {
    this.startAhead();
    this.opened = await this.opening;
  }

  async close(): Promise<void> {
    const opened = await this.opening?.catch(() => undefined);
    await opened?.window.close();
    await opened?.workbench.close();
    this.opened = this.opening = undefined;
  }

  private async boot(): Promise<Opened> {
    const parts = workbenchParts();
    const workbench = await startWorkbench(parts, this.files, this.options);
    try {
      return { workbench, window: await EditorWindow.open(parts.chromium, workbench.url) };
    } catch (error) {
      await workbench.close();
      throw error;
    }
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

  /** Saves the document that is written in, and looks whether the file comes to hold this text. */
  async saves(name: string, text: string, window = this.window): Promise<void> {
    await until(`${name} to be saved`, 10_000, async () => {
      if (this.saved(name) === text) return true;
      // What is to be saved may still be on its way into the document.
      await window.save();
      return false;
    }).catch(() => undefined);
    assert.equal(this.saved(name), text);
  }

  /** Waits for a model in the status bar. */
  async modelReady(name = /18m/i): Promise<string> {
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
export function useSession(session: Session): void {
  before(() => session.start());
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
}
