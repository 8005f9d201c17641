import {
  env,
  EventEmitter,
  l10n,
  window,
  workspace,
  type Disposable,
  type Event,
  type ExtensionContext,
} from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import {
  settingsSection,
  trustMethod,
  type ChatAvailability,
  type LacunaStatus,
  type ServerCommand,
} from '../protocol/index.js';
import { ChatObserver } from './chat/chat-observer.js';
import { ChatView } from './chat/view/chat-view.js';
import { readSettings } from './config.js';
import { Reviews } from './edits/reviews.js';
import { ReportDocument } from './features/report-document.js';
import { Snooze } from './features/snooze.js';
import { ask, type AskOptions } from './server/ask.js';
import { createClient } from './server/client.js';
import { RestartPolicy } from './server/restart-policy.js';
import { RestartQueue } from './server/restart-queue.js';
import { StatusBar } from './status/status-bar.js';
import type { ServerState } from './status/status-view.js';
import type { Surroundings } from './status/surroundings.js';

const clock = new Intl.DateTimeFormat(env.language, { timeStyle: 'short' });

/** Milliseconds that a server gets to shut down before its process is ended. */
const stopTimeout = 2000;
/** Milliseconds until the server must have answered `initialize`; models are loaded after it. */
const startTimeout = 30_000;

/** Owns the language client, the status bar and the output channel, and decides when the server is started again. */
export class Ctx implements Disposable {
  readonly output = window.createOutputChannel('Lacuna', { log: true });
  readonly snooze = new Snooze();
  readonly promptDocument = new ReportDocument('lacuna-prompt', 'Latest prompt.md');
  readonly statisticsDocument = new ReportDocument('lacuna-statistics', 'Statistics.md');
  readonly reviews = new Reviews(this);
  readonly chatView: ChatView;
  private readonly chat = new ChatObserver(this);
  private readonly conversationChanged = new EventEmitter<string>();
  private readonly statusBar = new StatusBar();
  private readonly policy = new RestartPolicy();
  private readonly queue = new RestartQueue(() => this.startAnew());
  /** VS Code can only ever give trust; to take it back, it starts anew. */
  private readonly trust = workspace.onDidGrantWorkspaceTrust(() => {
    this.refresh();
    void this.client?.sendNotification(trustMethod, { trusted: true }).catch(() => undefined);
  });
  private readonly watched = [
    window.onDidChangeActiveTextEditor(() => {
      this.refresh();
    }),
    workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(settingsSection)) this.refresh();
    }),
    this.snooze.onDidChange(() => {
      this.refresh();
    }),
  ];
  private phase: ServerState = { phase: 'starting' };
  private client: LanguageClient | undefined;
  private retry: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(private readonly extension: ExtensionContext) {
    this.chatView = new ChatView(this, extension.extensionUri);
  }

  /** What is known about the server now. */
  get state(): ServerState {
    return this.phase;
  }

  /** Starts the server, or starts it again; requests that come while one is running are served by one restart. */
  async restart(): Promise<void> {
    this.policy.forget();
    await this.queue.request();
  }

  /**
   * Has the server execute one of its commands. `undefined` where it does not run or fails: the output says why.
   */
  async request<Result>(
    command: ServerCommand,
    args: readonly unknown[] = [],
  ): Promise<Result | undefined> {
    const params = { command, arguments: args };
    try {
      return await this.client?.sendRequest<Result>('workspace/executeCommand', params);
    } catch (error) {
      this.output.error(`${command}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }

  /** Whether there is a model to talk to. Never rejects. */
  chatAvailability(): Promise<ChatAvailability> {
    return this.chat.availability();
  }

  /** Fires when there is a model to talk to, another one or none any more. */
  get onDidChangeChat(): Event<ChatAvailability> {
    return this.chat.onDidChange;
  }

  /** Fires with the id of a conversation that somebody else than this client has changed. */
  get onDidChangeConversation(): Event<string> {
    return this.conversationChanged.event;
  }

  /**
   * Sends a request of Lacuna's own.
   *
   * @throws {Error} (rejects) what the server says, or that none runs; see `wasCancelled`
   */
  async ask<Result, Progress = never>(
    method: string,
    params: object,
    options?: AskOptions<Progress>,
  ): Promise<Result> {
    if (!this.client) throw new Error(l10n.t('The language server does not run: restart it.'));
    return ask<Result, Progress>(this.client, method, params, options);
  }

  /** What beside the server decides whether anything is suggested. */
  surroundings(): Surroundings {
    const document = window.activeTextEditor?.document;
    const language = document?.languageId;
    const until = this.snooze.until;
    return {
      ...(document && { document: document.uri.toString(), language: document.languageId }),
      trusted: workspace.isTrusted,
      languageIsOff: language !== undefined && readSettings().disabledLanguages.includes(language),
      ...(until && { snoozedUntil: clock.format(until) }),
    };
  }

  /** Ends the server. Nothing starts it again. */
  async stop(): Promise<void> {
    this.closed = true;
    clearTimeout(this.retry);
    await this.stopClient();
  }

  dispose(): void {
    for (const each of this.watched) each.dispose();
    this.trust.dispose();
    this.snooze.dispose();
    this.reviews.dispose();
    this.chatView.dispose();
    this.conversationChanged.dispose();
    this.chat.dispose();
    this.promptDocument.dispose();
    this.statisticsDocument.dispose();
    this.statusBar.dispose();
    this.output.dispose();
  }

  private async startAnew(): Promise<void> {
    clearTimeout(this.retry);
    await this.stopClient();
    if (this.closed) return;
    this.show({ phase: 'starting' });
    const client: LanguageClient = createClient(this.extension.extensionPath, this.output, {
      onStatus: (status) => {
        if (this.client !== client) return;
        this.followChat(status);
        this.show({ phase: 'running', status });
      },
      onChatModel: () => {
        if (this.client === client) void this.chat.availability();
      },
      onConversation: ({ conversation }) => {
        this.conversationChanged.fire(conversation);
      },
      onCrash: () => {
        if (this.client === client) this.afterCrash('The language server stopped unexpectedly.');
      },
      isQuiet: () => this.snooze.until !== undefined,
    });
    this.client = client;
    const deadline = setTimeout(() => client.serverProcess?.kill('SIGKILL'), startTimeout);
    try {
      await client.start();
      // Unless the server has said more already.
      if (this.isCurrent(client) && this.state.phase === 'starting')
        this.show({ phase: 'running' });
    } catch (error) {
      this.output.error(error instanceof Error ? error : String(error));
      // A process that died while starting has been reported as a crash already.
      if (this.isCurrent(client))
        this.afterCrash(
          `The language server did not start: ${error instanceof Error ? error.message : String(error)}`,
        );
      client.serverProcess?.kill();
    } finally {
      clearTimeout(deadline);
    }
  }

  /** A method of its own: the field changes while a start is awaited, which the compiler does not expect. */
  private isCurrent(client: LanguageClient): boolean {
    return this.client === client;
  }

  private afterCrash(message: string): void {
    this.client = undefined;
    if (this.closed) return;
    const delay = this.policy.crashed(performance.now());
    if (delay === undefined) {
      this.output.error(`${message} It did so too often to be started again.`);
      this.show({ phase: 'failed', message });
      return;
    }
    this.output.warn(`${message} Starting it again in ${delay / 1000} s.`);
    this.show({ phase: 'restarting', inSeconds: delay / 1000 });
    this.retry = setTimeout(() => {
      void this.queue.request();
    }, delay);
  }

  /** Another model, or none, may be one to talk to. */
  private followChat({ model, kind }: LacunaStatus): void {
    const known = this.phase.phase === 'running' ? this.phase.status : undefined;
    if (known?.model !== model || known?.kind !== kind) void this.chat.availability();
  }

  private async stopClient(): Promise<void> {
    const client = this.client;
    const process = client?.serverProcess;
    this.client = undefined;
    try {
      await client?.dispose(stopTimeout);
    } catch (error) {
      // It hangs or has not started yet, and cannot be asked.
      this.output.debug(`Stopping the server: ${String(error)}`);
      process?.kill('SIGKILL');
    }
  }

  private show(state: ServerState): void {
    this.phase = state;
    this.refresh();
  }

  private refresh(): void {
    if (!this.closed) this.statusBar.show(this.phase, this.surroundings());
  }
}
