import {
  chatRequests,
  type ChatProgress,
  type Conversation,
  type PageMethod,
  type Turn,
} from '../../../protocol/index.js';
import type { Announcer } from './announcer.js';
import { codeActions } from './code-actions.js';
import type { Host } from './host.js';
import { t } from './strings.js';
import { TurnList } from './views/turn-list.js';
import type { TurnView } from './views/turn-view.js';

export interface ConversationEvents {
  /** An answer has begun or ended, or what the conversation is called has changed. */
  readonly changed: () => void;
  /** What is shown has grown. */
  readonly grown: () => void;
  /** A question could not be asked: it goes back to where it was written. */
  readonly refused: (question: string, message: string) => void;
  readonly forked: (conversation: Conversation) => void;
  readonly failed: (error: unknown) => void;
}

type Asking = Extract<
  PageMethod,
  typeof chatRequests.send | typeof chatRequests.retry | typeof chatRequests.edit
>;

/** One conversation on the page. It goes on while another one is shown. */
export class ConversationView {
  readonly turns: TurnList;
  private asking = false;

  constructor(
    private conversation: Conversation,
    private readonly host: Host,
    private readonly announcer: Announcer,
    private readonly events: ConversationEvents,
  ) {
    this.turns = new TurnList(host, {
      retry: (turn) => void this.retry(turn),
      resend: (turn, question) => void this.resend(turn, question),
      fork: (turn) => void this.fork(turn),
      code: (view) => codeActions(host, announcer, this.id, view),
      grown: events.grown,
    });
    this.turns.show(conversation.turns);
  }

  get id(): string {
    return this.conversation.id;
  }

  /** Empty until something was asked. */
  get title(): string {
    return this.turns.empty ? '' : this.conversation.title;
  }

  get pinned(): readonly string[] {
    return this.conversation.pinned;
  }

  /** Whether an answer is on its way, whoever asked. */
  get running(): boolean {
    return this.asking || (this.turns.latest?.running ?? false);
  }

  /** Takes over what the server has; not while an answer is on its way to this page. */
  update(conversation: Conversation): void {
    const turnsToo = !this.asking;
    this.conversation = conversation;
    if (turnsToo) this.turns.show(conversation.turns);
    this.events.changed();
  }

  async send(question: string): Promise<void> {
    await this.ask(chatRequests.send, { conversation: this.id, question }, question);
  }

  async stop(): Promise<void> {
    await this.host.request(chatRequests.stop, { conversation: this.id });
  }

  private async retry(turn: string): Promise<void> {
    if (this.running) return;
    const question = this.conversation.turns.find(({ id }) => id === turn)?.question ?? '';
    this.turns.dropFrom(turn);
    await this.ask(chatRequests.retry, { conversation: this.id, turn }, question);
  }

  private async resend(turn: string, question: string): Promise<void> {
    if (this.running) return;
    this.turns.dropFrom(turn);
    await this.ask(chatRequests.edit, { conversation: this.id, turn, question }, question);
  }

  private async fork(turn: string): Promise<void> {
    try {
      const params = { conversation: this.id, turn };
      this.events.forked(await this.host.request(chatRequests.fork, params));
    } catch (error) {
      this.events.failed(error);
    }
  }

  private async ask<Method extends Asking>(
    method: Method,
    params: Parameters<typeof this.host.request<Method>>[1],
    question: string,
  ): Promise<void> {
    const view = this.turns.add(notYetAsked(question));
    this.asking = true;
    this.events.changed();
    this.announcer.say(t('Answering…'));
    try {
      const onProgress = (value: unknown) => {
        this.progress(view, value as ChatProgress);
      };
      const turn: Turn = await this.host.request(method, params, { onProgress });
      view.finish(turn);
      this.events.grown();
      this.announcer.say(ending(turn));
    } catch (error) {
      if (view.id === '') this.turns.drop(view);
      this.events.refused(question, error instanceof Error ? error.message : String(error));
    }
    this.asking = false;
    await this.refresh();
    this.turns.markTrimmed();
    this.events.changed();
  }

  /** Title and turns as the server has them now: both may have changed with the answer. */
  private async refresh(): Promise<void> {
    try {
      const params = { conversation: this.id };
      const conversation = await this.host.request(chatRequests.open, params);
      // The views have all of it already; only after a refusal the server may have other turns.
      const known = conversation.turns.at(-1)?.id === (this.turns.latest?.id ?? undefined);
      if (known) this.conversation = conversation;
      else this.update(conversation);
    } catch (error) {
      this.events.failed(error);
    }
  }

  private progress(view: TurnView, progress: ChatProgress): void {
    if (progress.kind === 'turn') view.show(progress.turn);
    else if (progress.kind === 'reasoning') view.appendReasoning(progress.text);
    else view.appendAnswer(progress.text);
    this.events.grown();
  }
}

/** What is shown until the server says more. */
function notYetAsked(question: string): Turn {
  return { id: '', asked: Date.now(), question, answer: '', state: 'running', sources: [] };
}

function ending({ state, answer }: Turn): string {
  if (state === 'failed') return t('The answer failed.');
  if (state === 'stopped') return t('Stopped.');
  return t('The answer is complete: {0} words.', answer.split(/\s+/).filter(Boolean).length);
}
