import path from 'node:path';
import { InlineCompletionTriggerKind, workspace, type LogOutputChannel } from 'vscode';
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  RevealOutputChannelOn,
  TransportKind,
  type LanguageClientOptions,
  type ServerOptions,
} from 'vscode-languageclient/node';
import {
  didChangeChatModelMethod,
  didChangeConversationMethod,
  statusMethod,
  type ConversationParams,
  type LacunaStatus,
} from '../../protocol/index.js';
import { readSettings } from '../config.js';
import { codeActionMiddleware } from '../edits/code-actions.js';
import { documentSelector } from './document-selector.js';

export interface ClientHandlers {
  readonly onStatus: (status: LacunaStatus) => void;
  /** Settings name another model to talk to. */
  readonly onChatModel: () => void;
  /** Somebody else than this client has changed a conversation. */
  readonly onConversation: (changed: ConversationParams) => void;
  /** The server's process ended although nobody asked it to. Called at most once for a client. */
  readonly onCrash: () => void;
  /** Whether nothing may be suggested by itself now. */
  readonly isQuiet: () => boolean;
}

/** A client that reports by its output and its status bar item alone: a pop-up for each error would bury the editor. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/**
 * A client for the server that ships in this extension: the same file that other editors run with `--stdio`,
 * here on the editor's own Node, over IPC. Ghost text, document sync and settings are the library's work.
 *
 * @param extensionPath folder of the extension
 */
export function createClient(
  extensionPath: string,
  output: LogOutputChannel,
  { onStatus, onChatModel, onConversation, onCrash, isQuiet }: ClientHandlers,
): LanguageClient {
  const serverOptions: ServerOptions = {
    module: path.join(extensionPath, 'dist', 'server', 'cli', 'main.js'),
    args: ['lsp'],
    transport: TransportKind.ipc,
  };
  const clientOptions: LanguageClientOptions = {
    documentSelector,
    initializationOptions: () => ({ ...readSettings(), workspaceTrusted: workspace.isTrusted }),
    outputChannel: output,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    middleware: {
      ...codeActionMiddleware,
      provideInlineCompletionItems: (document, position, context, token, next) =>
        isQuiet() && context.triggerKind === InlineCompletionTriggerKind.Automatic
          ? undefined
          : next(document, position, context, token),
    },
    initializationFailedHandler: () => false,
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => {
        onCrash();
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    },
  };
  const client = new QuietClient('lacuna', 'Lacuna', serverOptions, clientOptions);
  client.onNotification(statusMethod, (status: LacunaStatus) => {
    onStatus(status);
  });
  client.onNotification(didChangeChatModelMethod, onChatModel);
  client.onNotification(didChangeConversationMethod, (changed: ConversationParams) => {
    onConversation(changed);
  });
  return client;
}
