import path from 'node:path';
import type { Connection } from 'vscode-languageserver';
import type { Engine } from '../engine/contract.js';
import { describeError } from './describe-error.js';
import type { EngineObserver } from './engine-host.js';
import type { LoadProgress } from './load-progress.js';
import type { StatusReporter } from './status-reporter.js';

/** Tells the person what becomes of the model: by status, by log and by progress, never by a pop-up. */
export class ModelObserver implements EngineObserver {
  constructor(
    private readonly connection: Connection,
    private readonly status: StatusReporter,
    private readonly loadProgress: LoadProgress,
  ) {}

  loading(): void {
    this.status.set({ busy: true, kind: 'Normal', message: 'The model is loading.' });
    this.loadProgress.begin();
  }

  progress(fraction: number): void {
    this.loadProgress.report(fraction);
  }

  ready({ info }: Engine): void {
    this.loadProgress.end();
    const model = { busy: false, model: info.model, device: info.device };
    const file = path.basename(info.path);
    this.connection.console.info(`${info.model} (${file}) runs on ${info.device}.`);
    if (info.fim === 'none') {
      const message = `${info.model} cannot fill holes.`;
      const remedy = info.fimRemedy ?? 'Use a base model that was trained to fill in the middle.';
      this.connection.console.error(`${message} ${remedy}`);
      this.status.set({ ...model, kind: 'Error', message, remedy });
    } else {
      this.status.set({ ...model, kind: 'Normal', message: `${info.model} is ready.` });
    }
  }

  failed(error: unknown): void {
    this.loadProgress.end();
    const { message: reason, remedy } = describeError(error);
    const message = `The model could not be loaded: ${reason.replace(/\.$/, '')}.`;
    this.connection.console.error(`${message} ${remedy}`);
    this.status.set({ busy: false, kind: 'Error', message, remedy });
  }

  /** Completions were switched off, and the model with them. */
  off(): void {
    this.loadProgress.end();
    const message = 'Completions are switched off.';
    const remedy = 'Set lacuna.enable to true.';
    this.status.set({ busy: false, kind: 'Inactive', message, remedy });
  }
}
