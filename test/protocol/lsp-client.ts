/**
 * A scripted LSP client: speaks to a server over any pair of streams, or to one it spawns, and remembers what
 * it was told. Every wait has a deadline.
 */

import { spawn, type ChildProcess } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import {
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type ClientCapabilities,
  type CompletionList,
  type InitializeResult,
  type InlineCompletionList,
  type LogMessageParams,
  type Position,
  type MessageConnection,
  type TextDocumentContentChangeEvent,
} from 'vscode-languageserver/node';
import { statusMethod, type LacunaStatus } from '../../protocol/index.js';
import { noDriver } from '../support/run-cli.js';

export const inlineCapabilities: ClientCapabilities = { textDocument: { inlineCompletion: {} } };

const DEADLINE_MS = 15_000;

/** Where servers of the tests keep their statistics, so that they are not counted among a person's own. */
const stateHome = path.join(tmpdir(), 'lacuna-tests-state');
/** Where they keep their indexes. */
const cacheHome = path.join(tmpdir(), 'lacuna-tests-cache');

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Everything the process wrote to standard error. */
  readonly stderr: string;
}

export interface ProgressParams {
  readonly token: string | number;
  readonly value: { readonly kind: string };
}

export interface InitializeOptions {
  readonly capabilities?: ClientCapabilities;
  readonly initializationOptions?: unknown;
  /** Answer to `workspace/configuration`, one for each time it is asked; the last one stays. */
  readonly configuration?: readonly unknown[];
  readonly processId?: number | null;
  readonly rootUri?: string | null;
}

export class LspClient {
  readonly statuses: LacunaStatus[] = [];
  readonly logs: LogMessageParams[] = [];
  /** `kind`s of all `$/progress` values. */
  readonly progress: string[] = [];
  /** All `$/progress` notifications. */
  readonly progressValues: ProgressParams[] = [];
  /** Methods of all requests the server made. */
  readonly serverRequests: string[] = [];
  readonly connection: MessageConnection;
  private listeners: (() => void)[] = [];
  private configuration: unknown[] = [];

  constructor(input: Readable, output: Writable) {
    this.connection = createMessageConnection(
      new StreamMessageReader(input),
      new StreamMessageWriter(output),
    );
    this.connection.onNotification(statusMethod, (status: LacunaStatus) => {
      this.remember(this.statuses, status);
    });
    this.connection.onNotification('window/logMessage', (log: LogMessageParams) => {
      this.remember(this.logs, log);
    });
    this.connection.onNotification('$/progress', (params: ProgressParams) => {
      this.progressValues.push(params);
      this.remember(this.progress, params.value.kind);
    });
    this.connection.onRequest((method, params) => {
      this.remember(this.serverRequests, method);
      if (method !== 'workspace/configuration') return null;
      const [answer] =
        this.configuration.length > 1 ? this.configuration.splice(0, 1) : this.configuration;
      return (params as { items: unknown[] }).items.map(() => answer ?? null);
    });
    this.connection.listen();
  }

  async initialize(options: InitializeOptions = {}): Promise<InitializeResult> {
    this.configuration = [...(options.configuration ?? [])];
    const result = await this.request<InitializeResult>('initialize', {
      processId: options.processId ?? null,
      rootUri: options.rootUri ?? null,
      capabilities: options.capabilities ?? inlineCapabilities,
      initializationOptions: options.initializationOptions,
    });
    await this.connection.sendNotification('initialized', {});
    return result;
  }

  async open(uri: string, languageId: string, text: string, version = 1): Promise<void> {
    const textDocument = { uri, languageId, version, text };
    await this.connection.sendNotification('textDocument/didOpen', { textDocument });
  }

  async change(
    uri: string,
    version: number,
    contentChanges: TextDocumentContentChangeEvent[],
  ): Promise<void> {
    const params = { textDocument: { uri, version }, contentChanges };
    await this.connection.sendNotification('textDocument/didChange', params);
  }

  /** `triggerKind`: 1 asked for by hand, 2 while typing. */
  inlineComplete(uri: string, position: Position, triggerKind: 1 | 2 = 1) {
    return this.request<InlineCompletionList>('textDocument/inlineCompletion', {
      textDocument: { uri },
      position,
      context: { triggerKind },
    });
  }

  complete(uri: string, position: Position) {
    const params = { textDocument: { uri }, position, context: { triggerKind: 1 } };
    return this.request<CompletionList>('textDocument/completion', params);
  }

  request<T>(method: string, params: unknown): Promise<T> {
    return withDeadline(this.connection.sendRequest<T>(method, params), `an answer to ${method}`);
  }

  /** The first status, past or future, of which `test` is true. */
  status(test: (status: LacunaStatus) => boolean, what = 'a status'): Promise<LacunaStatus> {
    return this.until(() => this.statuses.find(test), what);
  }

  /** Resolves to what `find` finds, now or as soon as there is anything. */
  async until<T>(find: () => T | undefined, what: string): Promise<T> {
    let over = false;
    const search = async () => {
      for (;;) {
        const found = find();
        if (found !== undefined) return found;
        if (over) throw new Error(`${what} never came`);
        await new Promise<void>((resolve) => {
          this.listeners.push(resolve);
          // Not all that happens in a server in this process is told to its client.
          setTimeout(resolve, 20);
        });
      }
    };
    return withDeadline(search(), what).finally(() => {
      over = true;
    });
  }

  async shutdown(): Promise<void> {
    await this.request('shutdown', undefined);
    await this.connection.sendNotification('exit');
  }

  private remember<T>(list: T[], item: T): void {
    list.push(item);
    const { listeners } = this;
    this.listeners = [];
    for (const wake of listeners) wake();
  }
}

/** A server in a process of its own, as an editor runs it. */
export class SpawnedServer {
  readonly client: LspClient;
  readonly ended: Promise<Ended>;

  constructor(
    readonly process: ChildProcess & { stdin: Writable; stdout: Readable; stderr: Readable },
  ) {
    let stderr = '';
    process.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    this.ended = withDeadline(
      new Promise((resolve, reject) => {
        process.once('error', reject);
        process.once('close', (code, signal) => {
          resolve({ code, signal, stderr });
        });
      }),
      'the server to end',
      60_000,
    );
    this.ended.catch(() => this.process.kill('SIGKILL'));
    this.client = new LspClient(process.stdout, process.stdin);
  }

  static start(args: readonly string[] = ['lsp', '--stdio'], env: NodeJS.ProcessEnv = {}) {
    const script = fileURLToPath(new URL('../../../bin/lacuna.js', import.meta.url));
    const child = spawn(process.execPath, [script, ...args], {
      env: {
        ...process.env,
        XDG_STATE_HOME: stateHome,
        XDG_CACHE_HOME: cacheHome,
        ...noDriver,
        ...env,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    return new SpawnedServer(child);
  }

  /** Ends the process if a test has left it running. */
  async dispose(): Promise<void> {
    this.client.connection.dispose();
    this.process.kill('SIGKILL');
    await this.ended.catch(() => undefined);
  }
}

/** Resolves to what `find` finds, looking again and again: for what no message tells of. */
export async function eventually<T>(find: () => T | undefined, what: string): Promise<T> {
  const end = performance.now() + DEADLINE_MS;
  for (;;) {
    const found = find();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`waited ${DEADLINE_MS} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

export async function withDeadline<T>(
  promise: Promise<T>,
  what: string,
  ms = DEADLINE_MS,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`waited ${ms} ms for ${what}`));
    }, ms);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
