import type { Connection, WorkDoneProgressServerReporter } from 'vscode-languageserver';

/**
 * The client's own progress display while a model loads. The library sends nothing to a client that has not
 * declared `window.workDoneProgress`.
 */
export class LoadProgress {
  private reporter: Promise<WorkDoneProgressServerReporter | undefined> | undefined;
  private percent = 0;

  constructor(
    private readonly connection: Connection,
    private readonly message = 'Loading the model',
  ) {}

  begin(): void {
    this.end();
    this.percent = 0;
    this.reporter = this.connection.window.createWorkDoneProgress().then(
      (reporter) => {
        reporter.begin('Lacuna', 0, this.message, false);
        return reporter;
      },
      () => undefined,
    );
  }

  /** `fraction` is 0 … 1; reported in whole percents. */
  report(fraction: number): void {
    const percent = Math.floor(100 * fraction);
    if (percent <= this.percent) return;
    this.percent = percent;
    void this.reporter?.then((reporter) => reporter?.report(percent));
  }

  end(): void {
    void this.reporter?.then((reporter) => reporter?.done());
    this.reporter = undefined;
  }
}
