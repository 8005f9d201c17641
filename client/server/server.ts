import type { LogOutputChannel } from 'vscode';
import type { AskOptions } from './ask.js';

/** What features may ask of the language server. */
export interface Server {
  readonly output: Pick<LogOutputChannel, 'error'>;
  /**
   * Sends a request of Lacuna's own.
   *
   * @throws {Error} (rejects) what the server says, or that none runs; see `wasCancelled`
   */
  ask<Result, Progress = never>(
    method: string,
    params: object,
    options?: AskOptions<Progress>,
  ): Promise<Result>;
}
