import path from 'node:path';
import type { Connection } from 'vscode-languageserver';
import type { Engine } from '../engine/contract.js';
import { describeError } from '../engine/describe-error.js';
import type { EngineObserver } from './engine-host.js';
import type { LoadProgress } from './load-progress.js';
import type { StatusReporter } from './status-reporter.js';

/** Tells the person what becomes of a model for chat alone: by status, by log and by progress, never by a pop-up. */
export class ChatModelObserver implements EngineObserver {
  constructor(
    private readonly connection: Connection,
    private readonly status: StatusReporter,
    private readonly loadProgress: LoadProgress,
  ) {}

  loading(): void {
    this.status.chatModel({ state: 'loading' });
    this.loadProgress.begin();
  }

  progress(fraction: number): void {
    this.loadProgress.report(fraction);
  }

  ready({ info }: Engine): void {
    const { model, device } = info;
    this.loadProgress.end();
    this.connection.console.info(
      `${model} (${path.basename(info.path)}) answers, and runs on ${device}.`,
    );
    this.status.chatModel({ state: 'ready', model, device });
  }

  failed(error: unknown): void {
    this.loadProgress.end();
    const { message, remedy } = describeError(error);
    this.connection.console.error(`The chat model could not be loaded: ${message}. ${remedy}`);
    this.status.chatModel({ state: 'failed', message, remedy });
  }

  /** It was freed, or is not to be loaded. */
  off(): void {
    this.loadProgress.end();
    this.status.chatModel(undefined);
  }
}
