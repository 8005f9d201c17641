import {
  TextDocumentSyncKind,
  type ClientCapabilities,
  type Connection,
  type InitializeResult,
  type ServerCapabilities,
} from 'vscode-languageserver';
import {
  didChangeChatModelMethod,
  serverCommands,
  type FoundModel,
  type LacunaSettings,
  type ModelsReport,
} from '../../protocol/index.js';
import { Flights } from '../completion/ahead/flights.js';
import { CompletionCache } from '../completion/cache/completion-cache.js';
import { documentText } from '../completion/hole.js';
import { noThresholds, type ConfidenceData } from '../completion/confidence/thresholds.js';
import { PlanMemory } from '../completion/plan-memory.js';
import { PromptLog } from '../completion/prompt-log.js';
import type { WorkspaceIndexOptions } from '../context/index/workspace-index.js';
import { GrammarStore, type GrammarFolders } from '../context/syntax/grammar-store.js';
import { SyntaxService } from '../context/syntax/syntax-service.js';
import { Precedence } from '../engine/precedence.js';
import { ProvenanceGate } from '../provenance/gate.js';
import { Proposals } from '../refactor/proposals.js';
import { ConfidenceGate } from './confidence-gate.js';
import { ChatCompleteFeature } from './chat-complete.js';
import { ChatEngine } from './chat-engine.js';
import { chatOf, type Chat } from './chat-setup.js';
import { ChatModelObserver } from './chat-model-observer.js';
import { CompletionFeature } from './completion.js';
import { CompletionRunner } from './completion-runner.js';
import { CompletionService } from './completion-service.js';
import { CompletionSetup } from './completion-setup.js';
import { defaultDeadlines, within, type Deadlines } from './deadlines.js';
import { DidFocusFeature } from './did-focus.js';
import { createDocuments, parseDocuments } from './documents.js';
import { editsOf } from './edit-features.js';
import { EditorContext } from './editor-context.js';
import { EngineHost, type LoadEngine } from './engine-host.js';
import { ExecuteCommandFeature } from './execute-command.js';
import type { Feature } from './feature.js';
import { lastPrompt } from './last-prompt.js';
import { InlineCompletionFeature } from './inline-completion.js';
import { LoadProgress } from './load-progress.js';
import { ModelObserver } from './model-observer.js';
import { NextCompletion } from './next-completion.js';
import { RunningRequests } from './running-requests.js';
import { SettingsStore } from './settings-store.js';
import { StatisticsFeature } from './statistics.js';
import { StatusReporter } from './status-reporter.js';
import { WarmUp } from './warm-up.js';
import { WorkspaceFolders } from './workspace-folders.js';
import { WorkspaceIndexFeature } from './workspace-index.js';

export interface ServerEnvironment {
  readonly loadEngine: LoadEngine;
  /** Models on this machine; the cache is reckoned for so many tokens. */
  readonly listModels: (contextLength: number) => Promise<ModelsReport>;
  /** What the file at this path is. */
  readonly describeModel: (path: string, contextLength: number) => FoundModel;
  /** Of the package, told to the client. */
  readonly version: string;
  readonly deadlines?: Deadlines;
  readonly grammars: GrammarFolders;
  /** How the workspace is indexed; without it, it is not. */
  readonly index?: Omit<WorkspaceIndexOptions, 'grammars'>;
  /** How sure which model must be of what is shown unasked; without them every model is one that nobody has measured. */
  readonly thresholds?: ConfidenceData;
  /** Where statistics are kept; without it they end with the server. */
  readonly statisticsFile?: string;
  /** Where conversations are kept; without it they end with the server. */
  readonly chatFolder?: string;
}

/** The language server: every part of it, and who knows whom. */
export class LacunaServer {
  private readonly documents = createDocuments();
  private readonly requests = new RunningRequests();
  private readonly flights = new Flights();
  private readonly planMemory = new PlanMemory();
  private readonly cache = new CompletionCache();
  private readonly promptLog = new PromptLog();
  private readonly syntax: SyntaxService;
  private readonly deadlines: Deadlines;
  private readonly observer: ModelObserver;
  private readonly host: EngineHost;
  private readonly chat: ChatEngine;
  private readonly conversations: Chat;
  private readonly settings: SettingsStore;
  private readonly workspace: WorkspaceFolders;
  private readonly next: NextCompletion;
  private readonly warmUp: WarmUp;
  private readonly statistics: StatisticsFeature;
  /** The definitions of the workspace. */
  readonly index: WorkspaceIndexFeature;
  private readonly features: readonly Feature[];
  /** What the present model was loaded with. */
  private loaded: string | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly environment: ServerEnvironment,
  ) {
    this.deadlines = environment.deadlines ?? defaultDeadlines;
    const status = new StatusReporter(connection, this.deadlines.busyMs);
    this.observer = new ModelObserver(connection, status, new LoadProgress(connection));
    const precedence = new Precedence();
    const loadEngine: LoadEngine = async (settings, onProgress) =>
      precedence.admit(await environment.loadEngine(settings, onProgress));
    this.host = new EngineHost(loadEngine, this.observer);
    this.chat = new ChatEngine(
      this.host,
      loadEngine,
      new ChatModelObserver(
        connection,
        status,
        new LoadProgress(connection, 'Loading the chat model'),
      ),
      environment.describeModel,
    );
    this.settings = new SettingsStore(connection, (settings) => {
      this.apply(settings);
    });
    this.workspace = new WorkspaceFolders(connection, () => {
      this.index.follow();
    });
    const grammars = new GrammarStore(environment.grammars);
    this.syntax = new SyntaxService(grammars);
    this.index = new WorkspaceIndexFeature(
      connection,
      this.documents,
      this.workspace,
      status,
      environment.index && { ...environment.index, grammars: environment.grammars },
    );
    const gate = new ProvenanceGate(() => this.workspace.current);
    const context = new EditorContext(
      connection,
      this.documents,
      this.workspace,
      this.index.symbols,
      gate,
    );
    const setup = new CompletionSetup(this.settings, gate, this.planMemory, this.syntax, context);
    const runner = new CompletionRunner(connection, this.host, this.cache, status, this.deadlines);
    this.next = new NextCompletion(
      connection,
      setup,
      this.host,
      this.cache,
      this.planMemory,
      this.syntax,
    );
    this.warmUp = new WarmUp(connection, this.settings, setup, this.host, this.planMemory);
    this.statistics = new StatisticsFeature(connection, environment.statisticsFile);
    const confidence = new ConfidenceGate(
      environment.thresholds ?? noThresholds,
      this.settings,
      this.host,
      status,
      this.statistics,
    );
    const service = new CompletionService(
      this.settings,
      setup,
      this.host,
      gate,
      this.cache,
      this.requests,
      this.flights,
      runner,
      this.next,
      this.warmUp,
      this.promptLog,
      confidence,
      status,
      this.deadlines,
    );
    const proposals = new Proposals();
    this.conversations = chatOf({
      ...{ connection, documents: this.documents, workspace: this.workspace, gate, grammars },
      ...{ syntax: this.syntax, symbols: this.index.symbols, engine: this.chat },
      ...{ proposals, folder: environment.chatFolder },
    });
    const edits = editsOf({
      ...{ connection, documents: this.documents, workspace: this.workspace, gate, grammars },
      ...{ syntax: this.syntax, chat: this.chat, proposals },
    });
    this.features = [
      this.conversations.feature,
      this.statistics,
      this.workspace,
      this.index,
      new DidFocusFeature(connection, (uri) => {
        this.statistics.focused(uri);
        const document = this.documents.get(uri);
        if (document) this.warmUp.touched(document);
      }),
      new InlineCompletionFeature(connection, this.documents, service, this.statistics),
      new CompletionFeature(connection, this.documents, service, this.statistics),
      new ChatCompleteFeature(connection, this.chat),
      ...edits.features,
      new ExecuteCommandFeature(connection, {
        ...edits.commands,
        [serverCommands.reloadModel]: () => {
          this.apply(this.settings.current, true);
        },
        [serverCommands.lastPrompt]: () => lastPrompt(this.promptLog),
        [serverCommands.showStatistics]: () => this.statistics.report(),
        [serverCommands.listModels]: () =>
          environment.listModels(this.settings.current.contextLength),
        [serverCommands.describeModel]: ([path]) =>
          typeof path === 'string'
            ? environment.describeModel(path, this.settings.current.contextLength)
            : null,
      }),
    ];
  }

  /** Answers from now on. */
  listen(): void {
    this.connection.onInitialize((params) => {
      this.settings.initialize(params);
      this.workspace.read(params);
      return this.capabilities(params.capabilities);
    });
    this.connection.onInitialized(() => {
      this.index.initialized();
      return this.settings.initialized();
    });
    this.connection.onShutdown(() => this.close());
    this.documents.onDidOpen(({ document }) => {
      this.warmUp.touched(document);
    });
    this.documents.onDidSave(({ document }) => {
      this.warmUp.touched(document);
    });
    this.documents.onDidChangeContent(({ document }) => {
      const text = documentText(document.getText());
      this.flights.changed(document.uri, text);
      this.next.changed(document.uri, text);
      this.requests.abort(document.uri);
      this.statistics.changed(document);
    });
    this.documents.onDidClose(({ document }) => {
      this.requests.abort(document.uri);
      this.flights.abort(document.uri);
      this.planMemory.forget(document.uri);
      this.cache.forget(document.uri);
      this.statistics.closed(document.uri);
    });
    parseDocuments(this.documents, this.syntax);
    this.documents.listen(this.connection);
    this.connection.listen();
  }

  /** Aborts what runs and frees the model, as far as the deadline allows. Idempotent. */
  async close(): Promise<void> {
    this.abortAll();
    this.loaded = undefined;
    await Promise.all([
      within(this.deadlines.closeMs, this.conversations.close()),
      within(this.deadlines.closeMs, this.statistics.save()),
      within(this.deadlines.closeMs, this.host.close()),
      within(this.deadlines.closeMs, this.chat.close()),
      within(this.deadlines.closeMs, this.index.close()),
    ]);
  }

  private abortAll(): void {
    this.requests.abortAll();
    this.flights.abortAll();
    this.next.abort();
    this.warmUp.abort();
  }

  private capabilities(client: ClientCapabilities): InitializeResult {
    const capabilities: ServerCapabilities = {
      positionEncoding: 'utf-16',
      textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
    };
    for (const feature of this.features) Object.assign(capabilities, feature.initialize(client));
    return { capabilities, serverInfo: { name: 'lacuna', version: this.environment.version } };
  }

  /** `reload`: load the model even if it is the one that is there. */
  private apply(settings: LacunaSettings, reload = false): void {
    const { enable, index, model, threads, contextLength, chatContextLength, device, kvCache } =
      settings;
    this.index.follow(enable && index);
    if (this.chat.follow(settings, reload))
      this.connection.sendNotification(didChangeChatModelMethod).catch(() => {
        // The client is gone, and the transport's own handler ends the server.
      });
    if (!enable) {
      void this.close();
      this.observer.off();
      return;
    }
    const load = { model, threads, contextLength, chatContextLength, device, kvCache };
    const wanted = JSON.stringify(load);
    if (wanted === this.loaded && !reload) return;
    // Requests on the old model would only delay its end. Those that wait for a first one go on waiting.
    if (this.loaded !== undefined) this.abortAll();
    this.loaded = wanted;
    this.cache.clear();
    this.host.load(load);
  }
}
