import {
  LSPErrorCodes,
  ResponseError,
  type CancellationToken,
  type Connection,
  type ServerCapabilities,
} from 'vscode-languageserver';
import { chatRequests, type ChatAvailability } from '../../protocol/index.js';
import { ChatError } from '../chat/chat-error.js';
import type { ChatService, TurnListener } from '../chat/chat-service.js';
import type { Mentions } from '../chat/mentions/mentions.js';
import type { ChatApply } from './chat-apply.js';
import { ChatParams } from './chat-params.js';
import type { Feature } from './feature.js';

/** `lacuna/chat/*`: conversations, as `protocol/chat.ts` has them. */
export class ChatFeature implements Feature {
  constructor(
    private readonly connection: Connection,
    private readonly chat: ChatService,
    private readonly mentions: Mentions,
    private readonly apply: ChatApply,
    private readonly availability: () => ChatAvailability,
  ) {}

  initialize(): ServerCapabilities {
    const { chat } = this;
    this.on(chatRequests.availability, () => this.availability());
    this.on(chatRequests.list, async ({ search: { query, limit } }) =>
      (await chat.list(query)).slice(0, limit),
    );
    this.on(chatRequests.create, () => chat.create());
    this.on(chatRequests.open, ({ conversation }) => chat.open(conversation));
    this.on(chatRequests.send, (params, signal) => {
      const { conversation, question, place } = params;
      return chat.send(conversation, { question, ...place }, this.listener(params), signal);
    });
    this.on(chatRequests.retry, (params, signal) =>
      chat.retry(params.conversation, params.turn, this.listener(params), signal),
    );
    this.on(chatRequests.edit, (params, signal) => {
      const { conversation, turn, question, place } = params;
      return chat.edit(conversation, turn, { question, ...place }, this.listener(params), signal);
    });
    this.on(chatRequests.stop, async ({ conversation }) => {
      await chat.stop(conversation);
      return null;
    });
    this.on(chatRequests.fork, ({ conversation, turn }) => chat.fork(conversation, turn));
    this.on(chatRequests.rename, ({ conversation, title }) => chat.rename(conversation, title));
    this.on(chatRequests.remove, async ({ conversation }) => {
      await chat.remove(conversation);
      return null;
    });
    this.on(chatRequests.pin, ({ conversation, mentions }) => chat.pin(conversation, mentions));
    this.on(chatRequests.export, ({ conversation }) => chat.export(conversation));
    this.on(chatRequests.mentions, ({ query, place: { place } }) =>
      this.mentions.complete(query, place),
    );
    this.on(chatRequests.apply, ({ conversation, turn, block, place }) =>
      this.apply.apply({ conversation, turn, block, ...place }),
    );
    return {};
  }

  /** Cancelling aborts the signal; what there is by then is the answer to the request all the same. */
  private on(method: string, answer: (params: ChatParams, signal: AbortSignal) => unknown): void {
    this.connection.onRequest(method, async (params: unknown, token: CancellationToken) => {
      const abort = new AbortController();
      const cancellation = token.onCancellationRequested(() => {
        abort.abort();
      });
      try {
        return await answer(new ChatParams(params), abort.signal);
      } catch (error) {
        if (error instanceof ChatError)
          return new ResponseError(LSPErrorCodes.RequestFailed, error.message);
        throw error;
      } finally {
        cancellation.dispose();
      }
    });
  }

  private listener({ partialResultToken: token }: ChatParams): TurnListener {
    return (value) => {
      if (token === undefined) return;
      this.connection.sendNotification('$/progress', { token, value }).catch(() => {
        // The client is gone, and the transport's own handler ends the server.
      });
    };
  }
}
