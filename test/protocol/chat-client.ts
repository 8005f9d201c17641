import { CancellationTokenSource } from 'vscode-languageserver/node';
import {
  chatRequests,
  type ChatProgress,
  type Conversation,
  type ConversationSummary,
  type EditorPlace,
  type Turn,
} from '../../protocol/index.js';
import { withDeadline, type LspClient } from './lsp-client.js';

/** A turn that is being answered. */
export interface AskedTurn {
  /** What was told of it so far. */
  progress(): ChatProgress[];
  /** Resolves when so many pieces of the answer have come. */
  pieces(count: number): Promise<unknown>;
  /** What the request is answered with. */
  readonly turn: Promise<Turn>;
  /** Cancels the request. */
  cancel(): void;
}

/** Conversations, as a client asks for them. */
export class ChatClient {
  private tokens = 0;

  constructor(private readonly client: LspClient) {}

  create(): Promise<Conversation> {
    return this.client.request(chatRequests.create, undefined);
  }

  open(conversation: string): Promise<Conversation> {
    return this.client.request(chatRequests.open, { conversation });
  }

  list(query?: string): Promise<ConversationSummary[]> {
    return this.client.request(chatRequests.list, { query });
  }

  ask(conversation: string, question: string, place?: EditorPlace): AskedTurn {
    return this.begin(chatRequests.send, { conversation, question, place });
  }

  retry(conversation: string, turn: string): AskedTurn {
    return this.begin(chatRequests.retry, { conversation, turn });
  }

  edit(conversation: string, turn: string, question: string): AskedTurn {
    return this.begin(chatRequests.edit, { conversation, turn, question });
  }

  /** Asks, and waits for all of the answer. */
  send(conversation: string, question: string, place?: EditorPlace): Promise<Turn> {
    return this.ask(conversation, question, place).turn;
  }

  private begin(method: string, params: object): AskedTurn {
    const token = `chat-${++this.tokens}`;
    const source = new CancellationTokenSource();
    const request = this.client.connection.sendRequest<Turn>(
      method,
      { ...params, partialResultToken: token },
      source.token,
    );
    const progress = () =>
      this.client.progressValues
        .filter((each) => each.token === token)
        .map(({ value }) => value as ChatProgress);
    const turn = withDeadline(request, `an answer to ${method}`);
    turn.catch(() => undefined);
    return {
      ...{ progress, turn },
      pieces: (count) =>
        this.client.until(
          () => progress().filter(({ kind }) => kind === 'answer').length >= count || undefined,
          `${count} pieces of an answer`,
        ),
      cancel: () => {
        source.cancel();
      },
    };
  }
}
