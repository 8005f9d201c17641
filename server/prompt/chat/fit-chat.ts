/**
 * What of a conversation fits the model's context. The question is never cut. Room for an answer is kept, then texts that
 * are pinned and those that the question asks for, then earlier turns, of which the oldest are left out first, whole.
 */

import type { ChatFormat, PromptPlan } from '../../engine/contract.js';
import type { ChatMessage } from './chat-message.js';
import { chatPlan } from './chat-plan.js';
import { fitTexts, type ContextText, type CountTokens, type FittedText } from './context-text.js';

export interface PastTurn {
  /** As it was sent, with its texts (`FittedChat.sent`): so the model need not read it again. */
  readonly question: string;
  readonly answer: string;
}

export interface ChatParts {
  readonly system: string;
  /** Shown at the beginning of every prompt of the conversation. */
  readonly pinned: readonly ContextText[];
  /** Shown with the question. */
  readonly retrieved: readonly ContextText[];
  /** Oldest first. */
  readonly history: readonly PastTurn[];
  readonly question: string;
  /** How many turns the prompt before left out. As many stay left out while that suits, so that prompts begin alike. */
  readonly dropped?: number;
}

export interface ChatRoom {
  readonly format: ChatFormat;
  /** Tokens that prompt and answer may fill together. */
  readonly contextLength: number;
  /** Tokens that the answer wants; it is left a quarter of the context at most. */
  readonly answerTokens: number;
  readonly countTokens: CountTokens;
}

export interface FittedChat {
  readonly messages: readonly ChatMessage[];
  /** The question with its texts, for `PastTurn.question`. */
  readonly sent: string;
  readonly promptTokens: number;
  /** Tokens that are left for the answer, at most those that were wanted; ≥ 1. */
  readonly answerTokens: number;
  /** Earlier turns that were left out, the oldest. */
  readonly droppedTurns: number;
  /** What became of each. */
  readonly pinned: readonly FittedText[];
  readonly retrieved: readonly FittedText[];
}

/** A prompt, or why there can be none. */
export type ChatFit =
  | { readonly fitted: FittedChat; readonly refusal?: never }
  | {
      readonly refusal: { readonly message: string; readonly remedy: string };
      readonly fitted?: never;
    };

/** Share of their room that turns may fill when some have to go, so that none need go with the next few. */
const SLACK = 3 / 4;

/** @throws EngineError where the model's template cannot be used. */
export function fitChat(parts: ChatParts, room: ChatRoom): ChatFit {
  const { contextLength, countTokens } = room;
  const kept = Math.max(1, Math.min(room.answerTokens, Math.floor(contextLength / 4)));
  const bare = tokensOf(arrange(parts, [], [], parts.history.length), room);
  // A question that is nearly too long is asked all the same, with less room for the answer.
  if (bare > contextLength - Math.ceil(kept / 2)) return { refusal: tooLong(bare, contextLength) };

  const free = Math.max(0, contextLength - kept - bare);
  const pinned = fitTexts(parts.pinned, Math.floor(free / 2), countTokens);
  const rest = free - total(pinned);
  const turns = tokensOfTurns(parts.history, rest, countTokens);
  const forTexts = Math.max(rest - sum(turns), Math.floor(rest / 2));
  const retrieved = fitTexts(parts.retrieved, forTexts, countTokens);
  const forTurns = rest - total(retrieved);
  let dropped = droppedTurns(turns, forTurns, parts.dropped ?? 0);

  // Tokens of parts do not add up to the last one; the template has the final say.
  for (;;) {
    const messages = arrange(parts, pinned, retrieved, dropped);
    const promptTokens = tokensOf(messages, room);
    const left = contextLength - promptTokens;
    if (left < Math.ceil(kept / 2) && dropped < turns.length) {
      dropped++;
      continue;
    }
    if (left < 1) return { refusal: tooLong(promptTokens, contextLength) };
    const fitted = {
      ...{ messages, promptTokens, droppedTurns: dropped, pinned, retrieved },
      sent: withTexts(retrieved, parts.question),
      answerTokens: Math.min(room.answerTokens, left),
    };
    return { fitted };
  }
}

/** Tokens of a prompt, as `countTokens` counts texts. */
export function planTokens(plan: PromptPlan, countTokens: CountTokens): number {
  return sum(plan.segments.map((each) => (each.kind === 'text' ? countTokens(each.text) : 1)));
}

function arrange(
  { system, history, question }: ChatParts,
  pinned: readonly FittedText[],
  retrieved: readonly FittedText[],
  dropped: number,
): ChatMessage[] {
  const past = history.slice(dropped).flatMap((turn): ChatMessage[] => [
    { role: 'user', content: turn.question },
    { role: 'assistant', content: turn.answer },
  ]);
  const first = [system, ...blocks(pinned)].filter((text) => text !== '').join('\n\n');
  return [
    ...(first === '' ? [] : [{ role: 'system', content: first } as const]),
    ...past,
    { role: 'user', content: withTexts(retrieved, question) },
  ];
}

function withTexts(texts: readonly FittedText[], question: string): string {
  return [...blocks(texts), question].join('\n\n');
}

function blocks(texts: readonly FittedText[]): string[] {
  return texts.flatMap(({ block }) => (block === undefined ? [] : [block]));
}

/** How many of the oldest turns must go. */
function droppedTurns(turns: readonly number[], room: number, before: number): number {
  const fits = (dropped: number, within: number) => sum(turns.slice(dropped)) <= within;
  if (fits(0, before === 0 ? room : room * SLACK)) return 0;
  if (before > 0 && before <= turns.length && fits(before, room)) return before;
  let dropped = Math.max(1, turns.lastIndexOf(Infinity) + 1);
  while (dropped < turns.length && !fits(dropped, room * SLACK)) dropped++;
  return dropped;
}

/** Of each turn, those of the latest that fit `room`; the others are not read, however many there are. */
function tokensOfTurns(
  history: readonly PastTurn[],
  room: number,
  countTokens: CountTokens,
): readonly number[] {
  const tokens = Array<number>(history.length).fill(Infinity);
  let left = room;
  for (let i = history.length - 1; i >= 0 && left >= 0; i--) {
    const turn = history[i];
    if (turn === undefined) break;
    const taken = tokensOfTurn(turn, countTokens);
    tokens[i] = taken;
    left -= taken;
  }
  return tokens;
}

/** With what a template writes around it. */
function tokensOfTurn({ question, answer }: PastTurn, countTokens: CountTokens): number {
  return countTokens(`User: ${question}\n\n`) + countTokens(`Assistant: ${answer}`) + 2;
}

function tokensOf(messages: readonly ChatMessage[], { format, countTokens }: ChatRoom): number {
  return planTokens(chatPlan(format, messages), countTokens);
}

function total(texts: readonly FittedText[]): number {
  return sum(texts.map(({ tokens }) => tokens));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, number) => all + number, 0);
}

function tooLong(tokens: number, contextLength: number) {
  return {
    message: `The question takes ${tokens} tokens; the model holds ${contextLength}, its answer included.`,
    remedy: 'Ask with less text, or raise lacuna.chatContextLength.',
  };
}
