import {
  chatRequests,
  editRequests,
  type ApplyParams,
  type ChatAvailability,
  type ChatProgress,
  type ChatSource,
  type Conversation,
  type ConversationParams,
  type EditParams,
  type EditProposal,
  type ListParams,
  type MentionItem,
  type MentionParams,
  type PageMethod,
  type PageNews,
  type PinParams,
  type RenameParams,
  type SendParams,
  type TokenUsage,
  type Turn,
  type TurnParams,
} from '../../../protocol/index.js';
import type { ChatBackend } from '../../../server/web/backend.js';

/** What is answered to a question. */
export interface ScriptedAnswer {
  readonly answer: string;
  readonly reasoning?: string;
  readonly sources?: readonly ChatSource[];
  readonly state?: Turn['state'];
  readonly error?: Turn['error'];
  readonly usage?: Partial<TokenUsage>;
  /** Characters of a piece; default 8. */
  readonly piece?: number;
  /** Milliseconds between pieces; default 0. */
  readonly pauseMs?: number;
  /** The answer goes no further than this many characters until it is stopped. */
  readonly holdAt?: number;
}

const usage: TokenUsage = {
  ...{ prompt: 1200, resident: 900, generated: 180, context: 8192 },
  ...{ droppedTurns: 0, tokensPerSecond: 21.4 },
};

const available: ChatAvailability = {
  ...{ available: true, model: 'tiny-instruct', contextLength: 8192 },
};

/** A server of conversations in memory, whose answers a test gives: what `protocol/chat.ts` says, without a model. */
export class ScriptedBackend implements ChatBackend {
  availability: ChatAvailability = available;
  mentionItems: readonly MentionItem[] = [];
  proposal: EditProposal | undefined;
  answer: (question: string) => ScriptedAnswer = () => ({ answer: 'Yes.' });
  /** Everything the page asked for. */
  asked: { readonly method: PageMethod; readonly params: unknown }[] = [];
  readonly conversations = new Map<string, Conversation>();
  private readonly listeners = new Set<(news: PageNews) => void>();
  private readonly stops = new Map<string, () => void>();
  private number = 0;

  /** Forgets everything. */
  reset(): void {
    this.availability = available;
    this.mentionItems = [];
    this.proposal = undefined;
    this.answer = () => ({ answer: 'Yes.' });
    this.asked = [];
    this.conversations.clear();
    this.number = 0;
  }

  subscribe(listener: (news: PageNews) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell(news: PageNews): void {
    for (const listener of this.listeners) listener(news);
  }

  /** What was asked of one kind. */
  of(method: PageMethod): readonly unknown[] {
    return this.asked.filter((each) => each.method === method).map(({ params }) => params);
  }

  async request(
    method: PageMethod,
    params: unknown,
    onProgress: (value: unknown) => void,
    signal: AbortSignal,
  ): Promise<unknown> {
    this.asked.push({ method, params });
    switch (method) {
      case chatRequests.availability:
        return this.availability;
      case chatRequests.list:
        return this.list(params as ListParams);
      case chatRequests.create:
        return this.add([]);
      case chatRequests.open:
        return this.get(params);
      case chatRequests.send:
        return this.ask(params as SendParams, onProgress, signal);
      case chatRequests.retry:
      case chatRequests.edit:
        return this.askAgain(params as TurnParams, onProgress, signal);
      case chatRequests.stop:
        this.stops.get((params as ConversationParams).conversation)?.();
        return null;
      case chatRequests.fork: {
        const { turns } = this.get(params);
        const at = turns.findIndex(({ id }) => id === (params as TurnParams).turn);
        return this.add(turns.slice(0, at + 1));
      }
      case chatRequests.rename:
        return this.put({ ...this.get(params), title: (params as RenameParams).title });
      case chatRequests.remove:
        this.conversations.delete((params as ConversationParams).conversation);
        return null;
      case chatRequests.pin:
        return this.put({ ...this.get(params), pinned: (params as PinParams).mentions });
      case chatRequests.export:
        return this.get(params)
          .turns.map(({ question, answer }) => `# ${question}\n\n${answer}\n`)
          .join('\n');
      case chatRequests.mentions: {
        const query = (params as MentionParams).query.toLowerCase();
        return this.mentionItems.filter(({ mention }) => mention.toLowerCase().includes(query));
      }
      case chatRequests.apply:
        if (this.proposal) return { proposal: this.proposal };
        return {
          refusal: {
            message: `Block ${(params as ApplyParams).block} fits nowhere.`,
            remedy: 'Copy it.',
          },
        };
      case editRequests.accept:
        return { applied: true };
      case editRequests.discard:
        return null;
    }
  }

  add(turns: readonly Turn[], title = 'New'): Conversation {
    const id = `c${++this.number}`;
    const changed = Date.UTC(2026, 0, 2, 3, 4);
    return this.put({ id, title, created: changed, changed, pinned: [], turns });
  }

  /** A turn that was answered before. */
  turn(question: string, script: ScriptedAnswer): Turn {
    const { answer, reasoning, sources = [], state = 'complete', error } = script;
    return {
      ...{ id: `t${++this.number}`, asked: 0, question, answer, state, sources },
      ...{ model: 'tiny-instruct', usage: { ...usage, ...script.usage } },
      ...(reasoning !== undefined && { reasoning }),
      ...(error && { error }),
    };
  }

  private put(conversation: Conversation): Conversation {
    this.conversations.set(conversation.id, conversation);
    return conversation;
  }

  private get(params: unknown): Conversation {
    const found = this.conversations.get((params as ConversationParams).conversation);
    if (!found) throw new Error('There is no such conversation.');
    return found;
  }

  private list({ query }: ListParams): unknown {
    return [...this.conversations.values()]
      .filter(({ title }) => title.toLowerCase().includes((query ?? '').toLowerCase()))
      .map(({ id, title, changed, turns }) => ({ id, title, changed, turns: turns.length }))
      .reverse();
  }

  private async askAgain(
    params: TurnParams | EditParams,
    onProgress: (value: unknown) => void,
    signal: AbortSignal,
  ): Promise<Turn> {
    const conversation = this.get(params);
    const at = conversation.turns.findIndex(({ id }) => id === params.turn);
    const before = conversation.turns[at];
    this.put({ ...conversation, turns: conversation.turns.slice(0, at) });
    const question = 'question' in params ? params.question : (before?.question ?? '');
    return this.ask({ ...params, question }, onProgress, signal);
  }

  private async ask(
    { conversation: id, question }: SendParams,
    onProgress: (value: ChatProgress) => void,
    signal: AbortSignal,
  ): Promise<Turn> {
    const script = this.answer(question);
    const whole = this.turn(question, script);
    const running: Turn = { ...whole, answer: '', state: 'running' };
    const conversation = this.get({ conversation: id });
    const title = conversation.turns.length === 0 ? question.slice(0, 60) : conversation.title;
    this.put({ ...conversation, title, turns: [...conversation.turns, running] });
    const stop = new AbortController();
    this.stops.set(id, () => {
      stop.abort();
    });
    onProgress({ kind: 'turn', turn: running });
    if (script.reasoning !== undefined) onProgress({ kind: 'reasoning', text: script.reasoning });
    const end = Math.min(script.holdAt ?? Infinity, script.answer.length);
    const size = script.piece ?? 8;
    let said = 0;
    while (said < end && !stop.signal.aborted && !signal.aborted) {
      const text = script.answer.slice(said, Math.min(said + size, end));
      said += text.length;
      onProgress({ kind: 'answer', text });
      if (script.pauseMs !== undefined || (said / size) % 64 === 0)
        await new Promise((resolve) => setTimeout(resolve, script.pauseMs));
    }
    if (said < script.answer.length && script.holdAt !== undefined)
      await new Promise((resolve) => {
        if (stop.signal.aborted) resolve(undefined);
        stop.signal.addEventListener('abort', resolve);
        signal.addEventListener('abort', resolve);
      });
    const done: Turn =
      said < script.answer.length
        ? { ...whole, answer: script.answer.slice(0, said), state: 'stopped' }
        : whole;
    const latest = this.get({ conversation: id });
    this.put({ ...latest, turns: [...latest.turns.slice(0, -1), done] });
    return done;
  }
}
