import type { Connection } from 'vscode-languageserver';
import type { EditProgress } from '../../protocol/index.js';
import { within } from './deadlines.js';

/** Longest wait for a client to make room for its display, milliseconds. */
const DISPLAY_MS = 1000;

/**
 * The client's own progress display while the model works for somebody who sees nothing else of it; by it the work can
 * be cancelled. Nothing is sent to a client that has not declared `window.workDoneProgress`.
 */
export class WorkProgress {
  constructor(private readonly connection: Connection) {}

  /** Runs `work` with a signal that `signal` and the display abort. */
  async during<T>(
    title: string,
    signal: AbortSignal,
    work: (signal: AbortSignal, report: (progress: EditProgress) => void) => Promise<T>,
  ): Promise<T> {
    const stop = new AbortController();
    const reporter = this.connection.window.createWorkDoneProgress().then(
      (display) => {
        display.begin('Lacuna', undefined, title, true);
        display.token.onCancellationRequested(() => {
          stop.abort();
        });
        return display;
      },
      () => undefined,
    );
    let lines = 0;
    try {
      return await work(AbortSignal.any([signal, stop.signal]), ({ text }) => {
        const now = text.split('\n').length;
        if (now === lines) return;
        lines = now;
        void reporter.then((display) => display?.report(`${title}: ${now} lines`));
      });
    } finally {
      await within(
        DISPLAY_MS,
        reporter.then((display) => display?.done()),
      );
    }
  }
}
