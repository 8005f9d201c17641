import type { Connection, WorkDoneProgressServerReporter } from 'vscode-languageserver';
import type { StatusReporter } from './status-reporter.js';

/** What takes a moment only is not worth a line on the screen: files. */
const WORTH_SHOWING = 200;
/** How often the person is told, milliseconds. */
const EVERY_MS = 500;

/**
 * How far the index has come: in the status, and in the client's own progress display if it has one. The library sends
 * nothing to a client that has not declared `window.workDoneProgress`.
 */
export class IndexProgress {
  private reporter: Promise<WorkDoneProgressServerReporter | undefined> | undefined;
  private told = -Infinity;

  constructor(
    private readonly connection: Connection,
    private readonly status: StatusReporter,
    private readonly now: () => number = () => performance.now(),
  ) {}

  report(done: number, total: number): void {
    if (total < WORTH_SHOWING || this.now() - this.told < EVERY_MS) return;
    this.told = this.now();
    this.status.indexing({ done, total });
    const message = `${count(done)} of ${count(total)} files`;
    const percent = Math.floor((100 * done) / total);
    this.reporter ??= this.begin();
    void this.reporter.then((reporter) => reporter?.report(percent, message));
  }

  end(): void {
    this.status.indexing(undefined);
    void this.reporter?.then((reporter) => reporter?.done());
    this.reporter = undefined;
    this.told = -Infinity;
  }

  private begin(): Promise<WorkDoneProgressServerReporter | undefined> {
    return this.connection.window.createWorkDoneProgress().then(
      (reporter) => {
        reporter.begin('Lacuna: indexing', 0, undefined, false);
        return reporter;
      },
      () => undefined,
    );
  }
}

/** With commas: 10,000. */
function count(value: number): string {
  return value.toLocaleString('en-US');
}
