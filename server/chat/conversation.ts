import type { Conversation, ConversationSummary, Turn } from '../../protocol/chat.js';
import type { ChatEvent } from './events.js';
import { titleOf } from './title.js';

/** A turn, and what only the server needs of it. */
export interface ChatTurn extends Turn {
  /** What the model was shown of each of the sources, secrets replaced; empty where that was nothing. */
  readonly texts: readonly string[];
  /** How often the question had been answered before. */
  readonly attempt: number;
}

/** A conversation as the server knows it. */
export interface ChatConversation extends Omit<Conversation, 'turns'> {
  readonly turns: readonly ChatTurn[];
}

export function emptyConversation(id: string, at: number): ChatConversation {
  return { id, title: '', created: at, changed: at, pinned: [], turns: [] };
}

/**
 * A conversation with more events. What makes no sense in it changes nothing: no turn is answered that is not running, and
 * only the last one ever is.
 */
export function withEvents(
  conversation: ChatConversation,
  events: Iterable<ChatEvent>,
): ChatConversation {
  const draft: Draft = { ...conversation, turns: [...conversation.turns] };
  for (const event of events) apply(draft, event);
  return draft;
}

/** What a conversation is read from again: as few events as possible. */
export function eventsOf(conversation: ChatConversation): ChatEvent[] {
  const { id, title, created, changed, pinned, turns } = conversation;
  const events: ChatEvent[] = [{ kind: 'created', id, at: created }];
  if (pinned.length > 0) events.push({ kind: 'pinned', at: created, mentions: pinned });
  for (const turn of turns) {
    const { answer, reasoning, state, error, usage, ...asked } = turn;
    const { id: name, asked: at, ...question } = asked;
    events.push({ kind: 'asked', at, turn: name, ...question });
    if (answer !== '' || reasoning !== undefined)
      events.push({
        kind: 'said',
        turn: name,
        answer,
        ...(reasoning !== undefined && { reasoning }),
      });
    if (state !== 'running')
      events.push({
        ...{ kind: 'ended', at: changed, turn: name, state },
        ...(error && { error }),
        ...(usage && { usage }),
      });
  }
  // Last, as it says when the conversation was changed.
  events.push({ kind: 'renamed', at: changed, title });
  return events;
}

/** As clients see it: `running` is the turn that is being answered here and now; no other one can be. */
export function conversationView(conversation: ChatConversation, running?: string): Conversation {
  return { ...conversation, turns: conversation.turns.map((turn) => turnView(turn, running)) };
}

export function turnView(turn: ChatTurn, running?: string): Turn {
  const view: Turn & { texts?: readonly string[]; attempt?: number } = { ...turn };
  delete view.texts;
  delete view.attempt;
  return view.state === 'running' && view.id !== running ? { ...view, state: 'stopped' } : view;
}

export function summaryOf({ id, title, changed, turns }: ChatConversation): ConversationSummary {
  return { id, title, changed, turns: turns.length };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Draft = Mutable<Omit<ChatConversation, 'turns'>> & { turns: ChatTurn[] };

function apply(draft: Draft, event: ChatEvent): void {
  switch (event.kind) {
    case 'created':
      draft.created = event.at;
      break;
    case 'renamed':
      draft.title = event.title;
      break;
    case 'pinned':
      draft.pinned = event.mentions;
      break;
    case 'asked':
      ask(draft, event);
      break;
    case 'said':
      answer(draft, event.turn, (turn) => ({
        ...turn,
        answer: turn.answer + (event.answer ?? ''),
        ...(event.reasoning !== undefined && {
          reasoning: (turn.reasoning ?? '') + event.reasoning,
        }),
      }));
      return;
    case 'ended': {
      const { state, error, usage } = event;
      answer(draft, event.turn, (turn) => ({
        ...{ ...turn, state },
        ...(error && { error }),
        ...(usage && { usage }),
      }));
      break;
    }
    case 'dropped': {
      const from = draft.turns.findLastIndex(({ id }) => id === event.turn);
      if (from >= 0) draft.turns.length = from;
      break;
    }
  }
  draft.changed = Math.max(draft.changed, event.at);
}

function ask(draft: Draft, event: Extract<ChatEvent, { kind: 'asked' }>): void {
  const { at, turn: id, question, sources, texts, attempt, model } = event;
  const last = draft.turns.at(-1);
  if (last?.state === 'running')
    draft.turns[draft.turns.length - 1] = { ...last, state: 'stopped' };
  if (draft.title === '') draft.title = titleOf(question);
  draft.turns.push({
    ...{ id, asked: at, question, sources, texts, attempt, answer: '', state: 'running' },
    ...(model !== undefined && { model }),
  });
}

function answer(draft: Draft, id: string, change: (turn: ChatTurn) => ChatTurn): void {
  const last = draft.turns.at(-1);
  if (last?.id === id && last.state === 'running')
    draft.turns[draft.turns.length - 1] = change(last);
}
