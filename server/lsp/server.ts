import path from 'node:path';
import {
  TextDocumentSyncKind,
  type ClientCapabilities,
  type Connection,
  type InitializeResult,
  type ServerCapabilities,
} from 'vscode-languageserver';
import { serverCommands, type LacunaSettings } from '../../protocol/index.js';
import type { Engine } from '../engine/contract.js';
import { CompletionFeature } from './completion.js';
import { CompletionService } from './completion-service.js';
import { defaultDeadlines, within, type Deadlines } from './deadlines.js';
import { describeError } from './describe-error.js';
import { createDocuments } from './documents.js';
import { EngineHost, type LoadEngine } from './engine-host.js';
import { ExecuteCommandFeature } from './execute-command.js';
import type { Feature } from './feature.js';
import { InlineCompletionFeature } from './inline-completion.js';
import { LoadProgress } from './load-progress.js';
import { RunningRequests } from './running-requests.js';
import { SettingsStore } from './settings-store.js';
import { StatusReporter } from './status-reporter.js';

export interface ServerEnvironment {
  readonly loadEngine: LoadEngine;
  /** Of the package, told to the client. */
  readonly version: string;
  readonly deadlines?: Deadlines;
}

/** The language server: every part of it, and who knows whom. */
export class LacunaServer {
  private readonly documents = createDocuments();
  private readonly requests = new RunningRequests();
  private readonly deadlines: Deadlines;
  private readonly status: StatusReporter;
  private readonly progress: LoadProgress;
  private readonly host: EngineHost;
  private readonly settings: SettingsStore;
  private readonly features: readonly Feature[];
  /** What the present model was loaded with. */
  private loaded: string | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly environment: ServerEnvironment,
  ) {
    this.deadlines = environment.deadlines ?? defaultDeadlines;
    this.status = new StatusReporter(connection);
    this.progress = new LoadProgress(connection);
    this.host = new EngineHost(environment.loadEngine, {
      loading: () => {
        this.modelLoading();
      },
      progress: (fraction) => {
        this.progress.report(fraction);
      },
      ready: (engine) => {
        this.modelReady(engine);
      },
      failed: (error) => {
        this.modelFailed(error);
      },
    });
    this.settings = new SettingsStore(connection, (settings) => {
      this.apply(settings);
    });
    const service = new CompletionService(
      connection,
      this.settings,
      this.host,
      this.requests,
      this.status,
      this.deadlines,
    );
    this.features = [
      new InlineCompletionFeature(connection, this.documents, service),
      new CompletionFeature(connection, this.documents, service),
      new ExecuteCommandFeature(connection, {
        [serverCommands.reloadModel]: () => {
          this.loaded = undefined;
          this.apply(this.settings.current);
        },
      }),
    ];
  }

  /** Answers from now on. */
  listen(): void {
    this.connection.onInitialize((params) => {
      this.settings.initialize(params);
      return this.capabilities(params.capabilities);
    });
    this.connection.onInitialized(() => this.settings.initialized());
    this.connection.onShutdown(() => this.close());
    this.documents.onDidChangeContent(({ document }) => {
      this.requests.abort(document.uri);
    });
    this.documents.onDidClose(({ document }) => {
      this.requests.abort(document.uri);
    });
    this.documents.listen(this.connection);
    this.connection.listen();
  }

  /** Aborts what runs and frees the model, as far as the deadline allows. Idempotent. */
  async close(): Promise<void> {
    this.requests.abortAll();
    this.loaded = undefined;
    await within(this.deadlines.closeMs, this.host.close());
  }

  private capabilities(client: ClientCapabilities): InitializeResult {
    const capabilities: ServerCapabilities = {
      positionEncoding: 'utf-16',
      textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
    };
    for (const feature of this.features) Object.assign(capabilities, feature.initialize(client));
    return { capabilities, serverInfo: { name: 'lacuna', version: this.environment.version } };
  }

  private apply({ enable, model, threads, contextLength }: LacunaSettings): void {
    if (!enable) {
      void this.close();
      this.progress.end();
      const message = 'Completions are switched off.';
      this.status.set({
        busy: false,
        kind: 'Inactive',
        message,
        remedy: 'Set lacuna.enable to true.',
      });
      return;
    }
    const wanted = JSON.stringify([model, threads, contextLength]);
    if (wanted === this.loaded) return;
    this.loaded = wanted;
    this.host.load({ model, threads, contextLength });
  }

  private modelLoading(): void {
    this.status.set({ busy: true, kind: 'Normal', message: 'The model is loading.' });
    this.progress.begin();
  }

  private modelReady({ info }: Engine): void {
    this.progress.end();
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

  private modelFailed(error: unknown): void {
    this.progress.end();
    const { message, remedy } = describeError(error);
    this.connection.console.error(`The model could not be loaded: ${message}. ${remedy}`);
    this.status.set({
      busy: false,
      kind: 'Error',
      message: `The model could not be loaded: ${message.replace(/\.$/, '')}.`,
      remedy,
    });
  }
}
