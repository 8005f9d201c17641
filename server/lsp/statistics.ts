import type { Connection, Range, ServerCapabilities } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import {
  didPartiallyAcceptMethod,
  didShowMethod,
  type StatisticsReport,
} from '../../protocol/index.js';
import { statisticsReport } from '../statistics/report.js';
import { addStatistics, counted, noStatistics } from '../statistics/statistics.js';
import { addToFile, readStatistics } from '../statistics/statistics-file.js';
import { Tracker } from '../statistics/tracker.js';
import type { Feature } from './feature.js';

/** How often counts go to the file at most, milliseconds. */
const SAVE_MS = 60_000;

interface OfferedItem {
  readonly text: string;
  readonly range: Range;
}

/** Counts what becomes of completions, on this machine and for its user alone. */
export class StatisticsFeature implements Feature {
  /** What the file does not have yet. */
  private unsaved = noStatistics;
  private savedAt = performance.now();
  private saving: Promise<void> = Promise.resolve();
  /** When each document was changed, until that keystroke has its answer; milliseconds. */
  private readonly keystrokes = new Map<string, number>();
  private readonly open = new Set<string>();
  private readonly tracker = new Tracker((event) => {
    this.unsaved = counted(this.unsaved, event);
  });

  /** @param file where the counts are kept; without one they are forgotten with the server */
  constructor(
    private readonly connection: Connection,
    private readonly file: string | undefined,
  ) {}

  initialize(): ServerCapabilities {
    // Typed by the clients that send them, but not checked: a client may send anything.
    this.connection.onNotification(didShowMethod, (params: unknown) => {
      const { text } = itemOf(params);
      if (text !== undefined) this.tracker.didShow(text);
    });
    this.connection.onNotification(didPartiallyAcceptMethod, (params: unknown) => {
      const { text, acceptedLength } = itemOf(params);
      if (text !== undefined && Number.isSafeInteger(acceptedLength))
        this.tracker.didPartiallyAccept(text, Number(acceptedLength));
    });
    return {};
  }

  /** When the wait for an answer began, milliseconds: at the keystroke that asks for it, or now. */
  asked(uri: string, automatic: boolean): number {
    const keystroke = this.keystrokes.get(uri);
    this.keystrokes.delete(uri);
    return (automatic ? keystroke : undefined) ?? performance.now();
  }

  /** `items` go to the client; none of them says nothing. */
  answered(
    document: TextDocument,
    items: readonly OfferedItem[],
    hit: boolean,
    since: number,
  ): void {
    if (items.length === 0) return;
    this.unsaved = counted(this.unsaved, {
      kind: 'answered',
      hit,
      ms: performance.now() - since,
    });
    const offered = items.map(({ text, range }) => ({
      text,
      offset: document.offsetAt(range.start),
      replaced: document.offsetAt(range.end) - document.offsetAt(range.start),
    }));
    this.tracker.offered(document.uri, document.getText(), offered);
  }

  /** A completion was not shown: the model was not sure of it, and nobody had asked. */
  withheld(): void {
    this.unsaved = counted(this.unsaved, { kind: 'withheld' });
  }

  changed(document: TextDocument): void {
    const now = performance.now();
    // The first change is the opening, which is no keystroke.
    if (this.open.has(document.uri)) this.keystrokes.set(document.uri, now);
    this.open.add(document.uri);
    this.tracker.changed(document.uri, document.getText(), now);
    if (now - this.savedAt > SAVE_MS) void this.save();
  }

  closed(uri: string): void {
    this.open.delete(uri);
    this.keystrokes.delete(uri);
    this.tracker.closed(uri, performance.now());
  }

  focused(uri: string): void {
    this.tracker.focused(uri);
  }

  /** What `lacuna.showStatistics` answers. */
  async report(): Promise<StatisticsReport> {
    this.tracker.settle(performance.now());
    await this.saving;
    const saved = this.file === undefined ? noStatistics : await readStatistics(this.file);
    return statisticsReport(addStatistics(saved, this.unsaved));
  }

  /** Adds to the file what it does not have yet. Never rejects: nobody's work may hang on it. */
  save(): Promise<void> {
    this.tracker.settle(performance.now());
    this.savedAt = performance.now();
    const { file, unsaved } = this;
    if (file === undefined || unsaved === noStatistics) return this.saving;
    this.unsaved = noStatistics;
    this.saving = this.saving
      .then(() => addToFile(file, unsaved))
      .catch((error: unknown) => {
        this.unsaved = addStatistics(unsaved, this.unsaved);
        this.connection.console.warn(
          `The statistics were not written to ${file}: ${String(error)}`,
        );
      });
    return this.saving;
  }
}

function itemOf(params: unknown): { readonly text?: string; readonly acceptedLength?: unknown } {
  const { item, acceptedLength } = (params ?? {}) as {
    item?: { insertText?: unknown } | null;
    acceptedLength?: unknown;
  };
  const text = item?.insertText;
  return { ...(typeof text === 'string' && { text }), acceptedLength };
}
