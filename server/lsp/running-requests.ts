import type { CancellationToken } from 'vscode-languageserver';

/** A request that is being worked on. */
export interface RunningRequest {
  /** Aborts when the client cancels, when a newer request overtakes this one, or when its document changes. */
  readonly signal: AbortSignal;
  /** Must be called when the work has ended, however it ended. */
  end(): void;
}

/** At most one completion a document: a newer request aborts the older one. */
export class RunningRequests {
  private readonly running = new Map<string, AbortController>();

  begin(uri: string, token: CancellationToken): RunningRequest {
    this.abort(uri);
    const controller = new AbortController();
    this.running.set(uri, controller);
    const abort = () => {
      controller.abort();
    };
    const cancellation = token.onCancellationRequested(abort);
    if (token.isCancellationRequested) abort();
    return {
      signal: controller.signal,
      end: () => {
        cancellation.dispose();
        if (this.running.get(uri) === controller) this.running.delete(uri);
      },
    };
  }

  abort(uri: string): void {
    this.running.get(uri)?.abort();
    this.running.delete(uri);
  }

  abortAll(): void {
    for (const uri of [...this.running.keys()]) this.abort(uri);
  }
}
