import { randomUUID } from 'node:crypto';
import type {
  ChatProgress,
  Conversation,
  ConversationSummary,
  EditorPlace,
  Turn,
} from '../../protocol/chat.js';
import { answering, type Ending } from './answering.js';
import { ChatError, noConversation, noTurn } from './chat-error.js';
import type { ChatModel } from './chat-model.js';
import {
  conversationView,
  emptyConversation,
  summaryOf,
  turnView,
  type ChatConversation,
  type ChatTurn,
} from './conversation.js';
import { describeError } from '../engine/describe-error.js';
import type { ChatEvent } from './events.js';
import { exportMarkdown } from './export-markdown.js';
import { promptOf, shownTexts, type Asked, type Prompt } from './prompt.js';
import type { Question, QuestionTexts } from './question-texts.js';
import { RunningAnswers } from './running-answers.js';
import type { ConversationStore } from './store/conversation-store.js';
import type { ShownText } from './shown-text.js';

/** Hears how a turn comes along, in order. */
export type TurnListener = (progress: ChatProgress) => void;

interface NewTurn {
  /** The turn whose place it takes. */
  readonly instead?: ChatTurn;
  readonly question: string;
  readonly attempt: number;
  readonly place?: EditorPlace;
  readonly mentioned: () => Promise<readonly ShownText[]>;
}

/** Conversations with a model: what can be done with them, whoever asks. */
export class ChatService {
  private readonly answers = new RunningAnswers();

  /** @param store of the present workspace */
  constructor(
    private readonly store: () => ConversationStore,
    private readonly model: ChatModel,
    private readonly texts: QuestionTexts,
    private readonly now: () => number = Date.now,
  ) {}

  list(query?: string): Promise<ConversationSummary[]> {
    return this.store().list(query);
  }

  create(): Conversation {
    const conversation = emptyConversation(randomUUID(), this.now());
    this.store().create(conversation);
    return conversationView(conversation);
  }

  async open(id: string): Promise<Conversation> {
    return this.view(await this.get(id));
  }

  /** Asks a question. Aborting keeps what there is of the answer. @throws ChatError (rejects) */
  async send(
    id: string,
    asked: { readonly question: string; readonly place?: EditorPlace },
    hear: TurnListener,
    signal: AbortSignal,
  ): Promise<Turn> {
    const { question } = asked;
    needQuestion(question);
    return this.answers.run(id, signal, async (running, began) => {
      const mentioned = () => this.texts.find(asked, running);
      return this.answer(id, { ...asked, attempt: 0, mentioned }, hear, running, began);
    });
  }

  /** Answers a turn anew, with the texts that it was asked with. @throws ChatError (rejects) */
  async retry(id: string, turn: string, hear: TurnListener, signal: AbortSignal): Promise<Turn> {
    const instead = await this.turnToReplace(id, turn);
    return this.answers.run(id, signal, (running, began) => {
      const { question, attempt } = instead;
      const mentioned = () => Promise.resolve(shownTexts(instead));
      const fresh: NewTurn = { instead, question, attempt: attempt + 1, mentioned };
      return this.answer(id, fresh, hear, running, began);
    });
  }

  /** Asks another question in a turn's place. @throws ChatError (rejects) */
  async edit(
    id: string,
    turn: string,
    asked: { readonly question: string; readonly place?: EditorPlace },
    hear: TurnListener,
    signal: AbortSignal,
  ): Promise<Turn> {
    const { question } = asked;
    needQuestion(question);
    const instead = await this.turnToReplace(id, turn);
    return this.answers.run(id, signal, (running, began) => {
      const mentioned = () => this.texts.find(asked, running);
      return this.answer(id, { ...asked, instead, attempt: 0, mentioned }, hear, running, began);
    });
  }

  /** Stops the answer that runs in a conversation; resolves when it has ended. */
  stop(id: string): Promise<void> {
    return this.answers.stop(id);
  }

  /** Stops all answers, and waits until they are on the disk. Never rejects. */
  async close(): Promise<void> {
    await this.answers.stopAll();
    await this.store().settled();
  }

  /** A new conversation with all turns up to this one. @throws ChatError (rejects) */
  async fork(id: string, turn: string): Promise<Conversation> {
    const { title, turns, pinned } = await this.get(id);
    const last = turns.findIndex((each) => each.id === turn);
    if (last < 0) throw noTurn();
    const fork: ChatConversation = {
      ...emptyConversation(randomUUID(), this.now()),
      ...{ title, pinned },
      turns: turns
        .slice(0, last + 1)
        .map((each) => (each.state === 'running' ? { ...each, state: 'stopped' } : each)),
    };
    const store = this.store();
    store.create(fork);
    await store.append(fork.id, []);
    return this.view(fork);
  }

  async rename(id: string, title: string): Promise<ConversationSummary> {
    return summaryOf(await this.append(id, { kind: 'renamed', at: this.now(), title }));
  }

  async pin(id: string, mentions: readonly string[]): Promise<Conversation> {
    return this.view(await this.append(id, { kind: 'pinned', at: this.now(), mentions }));
  }

  /** @throws Error of the file system (rejects) */
  async remove(id: string): Promise<void> {
    await this.answers.stop(id);
    await this.store().remove(id);
  }

  async export(id: string): Promise<string> {
    return exportMarkdown(this.view(await this.get(id)));
  }

  /** The turn that another one is to take the place of, once nothing runs. */
  private async turnToReplace(id: string, turn: string): Promise<ChatTurn> {
    await this.answers.stop(id);
    const found = (await this.get(id)).turns.find((each) => each.id === turn);
    if (!found) throw noTurn();
    return found;
  }

  private async answer(
    id: string,
    { instead, question, place, attempt, mentioned }: NewTurn,
    hear: TurnListener,
    signal: AbortSignal,
    began: (turn: string) => void,
  ): Promise<Turn> {
    const store = this.store();
    const { pinned, turns } = await this.get(id);
    const history = turns.slice(0, instead ? turns.indexOf(instead) : undefined);
    const [asked, { engine, refusal }] = await Promise.all([
      this.asked({ question, ...(place && { place }) }, pinned, mentioned, signal),
      this.model.engine(signal),
    ]);
    const turn = randomUUID();
    const append = async (...events: ChatEvent[]) => {
      const after = await store.append(id, events);
      if (!after) throw noConversation();
      return after;
    };
    const begin = async (prompt: Pick<Prompt, 'sources' | 'texts'>) => {
      const at = this.now();
      if (instead) await append({ kind: 'dropped', at, turn: instead.id });
      const { sources, texts } = prompt;
      const model = engine ? { model: engine.info.model } : {};
      const event = {
        kind: 'asked',
        at,
        turn,
        question,
        sources,
        texts,
        attempt,
        ...model,
      } as const;
      began(turn);
      const after = await append(event);
      hear({ kind: 'turn', turn: this.viewOf(after, turn) });
    };
    let ending: Ending;
    if (!engine) {
      await begin(unfitted(asked));
      // Somebody who stopped waiting for a model wants no explanation.
      ending = signal.aborted ? { state: 'stopped' } : { state: 'failed', error: refusal };
    } else {
      let begun = false;
      try {
        const countTokens = (text: string) => engine.countTokens(text);
        const fit = promptOf(asked, history, { info: engine.info, countTokens });
        begun = true;
        await begin(fit.prompt ?? unfitted(asked));
        if (fit.refusal) ending = { state: 'failed', error: fit.refusal };
        else
          ending = await answering(
            { engine, attempt, signal, ...fit.prompt },
            { hear, save: (said) => store.append(id, [{ kind: 'said', turn, ...said }]) },
          );
      } catch (error) {
        if (error instanceof ChatError) throw error;
        this.model.requestFailed(engine, error);
        if (!begun) await begin(unfitted(asked));
        ending = { state: 'failed', error: describeError(error) };
      }
    }
    const after = await append({ kind: 'ended', at: this.now(), turn, ...ending });
    if (instead) void store.compact(id);
    return this.viewOf(after, turn);
  }

  private async asked(
    { question, place }: Question,
    pinned: readonly string[],
    mentioned: () => Promise<readonly ShownText[]>,
    signal: AbortSignal,
  ): Promise<Asked> {
    const pins = pinned.join(' ');
    const [own, always] = await Promise.all([
      mentioned(),
      pins === '' ? [] : this.texts.find({ question: pins, ...(place && { place }) }, signal),
    ]);
    return { question, mentioned: own, pinned: always };
  }

  private async get(id: string): Promise<ChatConversation> {
    const conversation = await this.store().get(id);
    if (!conversation) throw noConversation();
    return conversation;
  }

  private async append(id: string, event: ChatEvent): Promise<ChatConversation> {
    const after = await this.store().append(id, [event]);
    if (!after) throw noConversation();
    return after;
  }

  private view(conversation: ChatConversation): Conversation {
    return conversationView(conversation, this.answers.turnOf(conversation.id));
  }

  private viewOf({ id, turns }: ChatConversation, turn: string): Turn {
    const found = turns.findLast((each) => each.id === turn);
    if (!found) throw noTurn();
    return turnView(found, this.answers.turnOf(id));
  }
}

function needQuestion(question: string): void {
  if (question.trim() === '') throw new ChatError('no-question', 'The question is empty.');
}

/** Texts that nobody counted, as no model was asked. */
function unfitted({ mentioned, pinned }: Asked): Pick<Prompt, 'sources' | 'texts'> {
  return {
    sources: [
      ...mentioned.map(({ source }) => ({ ...source, tokens: 0 })),
      ...pinned.map(({ source }) => ({ ...source, tokens: 0, pinned: true })),
    ],
    texts: [...mentioned.map(({ text }) => text), ...pinned.map(() => '')],
  };
}
