import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  CancellationTokenSource,
  createMessageConnection,
  type ApplyWorkspaceEditParams,
  type MessageConnection,
  type MessageReader,
  type MessageWriter,
} from 'vscode-languageserver/node';
import {
  didChangeConversationMethod,
  statusMethod,
  streams,
  type ConversationParams,
  type PageMethod,
  type PageNews,
} from '../../protocol/index.js';
import { applyToFiles } from './apply-edit.js';
import type { ChatBackend } from './backend.js';

interface Progress {
  readonly token: unknown;
  readonly value: unknown;
}

/** A language server behind the page, whose client this is: one folder, and no document open. */
export class LspBackend implements ChatBackend {
  private readonly connection: MessageConnection;
  private readonly listeners = new Set<(news: PageNews) => void>();
  /** Of requests under way, by their token. */
  private readonly progress = new Map<unknown, (value: unknown) => void>();

  /** @param folder of the workspace */
  constructor(
    reader: MessageReader,
    writer: MessageWriter,
    private readonly folder: string,
  ) {
    this.connection = createMessageConnection(reader, writer);
    this.connection.onNotification(didChangeConversationMethod, (changed: ConversationParams) => {
      this.tell({ type: 'didChange', conversation: changed.conversation });
    });
    this.connection.onNotification(statusMethod, () => {
      this.tell({ type: 'status' });
    });
    this.connection.onNotification('$/progress', ({ token, value }: Progress) => {
      this.progress.get(token)?.(value);
    });
    this.connection.onRequest('workspace/applyEdit', (params: ApplyWorkspaceEditParams) =>
      applyToFiles(params, folder),
    );
    // What an editor would show: there is nobody to show it to.
    this.connection.onRequest('window/workDoneProgress/create', () => null);
    this.connection.listen();
  }

  /**
   * Begins to speak with the server.
   *
   * @param settings Lacuna's own, as far as they differ from the defaults
   */
  async start(settings: object): Promise<void> {
    const uri = pathToFileURL(this.folder).href;
    await this.connection.sendRequest('initialize', {
      processId: process.pid,
      rootUri: uri,
      workspaceFolders: [{ uri, name: path.basename(this.folder) }],
      capabilities: {
        workspace: {
          applyEdit: true,
          workspaceFolders: true,
          workspaceEdit: {
            documentChanges: true,
            resourceOperations: ['create'],
            changeAnnotationSupport: {},
          },
        },
      },
      initializationOptions: { ...settings, workspaceTrusted: true },
    });
    await this.connection.sendNotification('initialized', {});
  }

  async request(
    method: PageMethod,
    params: unknown,
    onProgress: (value: unknown) => void,
    signal: AbortSignal,
  ): Promise<unknown> {
    const token = randomUUID();
    const cancellation = new CancellationTokenSource();
    signal.addEventListener('abort', () => {
      cancellation.cancel();
    });
    this.progress.set(token, onProgress);
    try {
      const withToken = { ...(params as object), partialResultToken: token };
      return await this.connection.sendRequest<unknown>(
        method,
        streams(method) ? withToken : params,
        cancellation.token,
      );
    } finally {
      this.progress.delete(token);
    }
  }

  subscribe(listener: (news: PageNews) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  dispose(): void {
    this.connection.dispose();
  }

  private tell(news: PageNews): void {
    for (const listener of this.listeners) listener(news);
  }
}
