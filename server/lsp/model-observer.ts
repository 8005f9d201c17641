import path from 'node:path';
import type { Connection } from 'vscode-languageserver';
import type { DeviceError, Engine } from '../engine/contract.js';
import { describeError } from '../engine/describe-error.js';
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

  loading(lost?: DeviceError): void {
    if (lost) {
      const message = `The model is loading on the CPU: ${sentence(lost.message)}`;
      this.connection.console.error(`${message} ${lost.remedy}`);
      this.status.set({ busy: true, kind: 'Warning', message, remedy: lost.remedy });
    } else {
      this.status.set({ busy: true, kind: 'Normal', message: 'The model is loading.' });
    }
    this.loadProgress.begin();
  }

  progress(fraction: number): void {
    this.loadProgress.report(fraction);
  }

  ready({ info }: Engine, lost?: DeviceError): void {
    this.loadProgress.end();
    const { device } = info;
    const deviceReason = lost?.message.replace(/\.$/, '') ?? info.deviceReason;
    const deviceRemedy = lost?.remedy ?? info.deviceRemedy;
    const why = deviceReason === undefined ? '' : `: ${deviceReason}`;
    const model = {
      ...{ busy: false, model: info.model, device },
      ...(deviceReason !== undefined && { deviceReason }),
    };
    const file = path.basename(info.path);
    this.connection.console.info(`${info.model} (${file}) runs on ${device}${why}.`);
    if (info.fim === 'none' && info.chat) {
      const message = `${info.model} answers, but cannot fill holes: chat works, completions do not.`;
      const remedy = `${info.fimRemedy ?? 'Use a base model for completions.'} Set this one as lacuna.chatModel.`;
      this.status.set({ ...model, kind: 'Warning', message, remedy });
    } else if (info.fim === 'none') {
      const message = `${info.model} cannot fill holes.`;
      const remedy = info.fimRemedy ?? 'Use a base model that was trained to fill in the middle.';
      this.connection.console.error(`${message} ${remedy}`);
      this.status.set({ ...model, kind: 'Error', message, remedy });
    } else if (deviceRemedy !== undefined) {
      const message = `${info.model} runs on the CPU${why}.`;
      this.status.set({ ...model, kind: 'Warning', message, remedy: deviceRemedy });
    } else {
      this.status.set({ ...model, kind: 'Normal', message: `${info.model} is ready.` });
    }
  }

  failed(error: unknown): void {
    this.loadProgress.end();
    const { message: reason, remedy } = describeError(error);
    const message = `The model could not be loaded: ${sentence(reason)}`;
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

/** Ended by one full stop. */
function sentence(text: string): string {
  return `${text.replace(/\.$/, '')}.`;
}
