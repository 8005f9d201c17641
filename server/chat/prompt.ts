import type { ChatSource } from '../../protocol/chat.js';
import { EngineError, type Engine } from '../engine/contract.js';
import type { ChatMessage } from '../prompt/chat/chat-message.js';
import type { CountTokens, FittedText } from '../prompt/chat/context-text.js';
import { fitChat, type ChatFit } from '../prompt/chat/fit-chat.js';
import { redactText } from '../provenance/redact.js';
import type { ChatTurn } from './conversation.js';
import { contextTextOf, questionWith, type ShownText } from './shown-text.js';

const INSTRUCTIONS =
  'You are a programming assistant in a code editor. Answer in Markdown. Put code into fenced blocks that name the language.';

/** Tokens that are kept for the answer, as far as a quarter of the context allows. */
const ANSWER_TOKENS = 4096;
/** A guess that no text of any length beats: characters a token stands for. */
const MOST_TOKEN_CHARACTERS = 32;

export interface Asked {
  readonly question: string;
  readonly pinned: readonly ShownText[];
  readonly mentioned: readonly ShownText[];
}

/** A question as the model is asked it, and what became of the texts that it mentions. */
export interface Prompt {
  readonly messages: readonly ChatMessage[];
  /** Tokens that the answer may take. */
  readonly answerTokens: number;
  readonly droppedTurns: number;
  readonly sources: readonly ChatSource[];
  /** One for each source. */
  readonly texts: readonly string[];
}

/** A prompt, or why there can be none. */
export type PromptOutcome =
  | { readonly prompt: Prompt; readonly refusal?: never }
  | { readonly refusal: NonNullable<ChatFit['refusal']>; readonly prompt?: never };

/** @throws EngineError where the model cannot be talked to, or its template cannot be used */
export function promptOf(
  { question, pinned, mentioned }: Asked,
  history: readonly ChatTurn[],
  { info, countTokens }: Pick<Engine, 'info'> & { readonly countTokens: CountTokens },
): PromptOutcome {
  const { chat: format, chatRemedy, contextLength, model } = info;
  if (!format)
    throw new EngineError(`${model} cannot be talked to`, chatRemedy ?? 'Use an instruct model.');
  // What is pinned as well need not be shown twice.
  const own = mentioned.filter(({ source }) => !pinned.some((pin) => same(pin.source, source)));
  const [ownShown, pinnedShown] = [own, pinned].map((list) =>
    list.filter(({ text }) => text !== ''),
  );
  const answered = history.filter(isAnswered);
  const long = answered.length - mayFit(answered, contextLength);
  const before = history.at(-1)?.usage?.droppedTurns ?? 0;
  const { fitted, refusal } = fitChat(
    {
      ...{ system: INSTRUCTIONS, question: withoutSecrets(question) },
      ...{ dropped: Math.max(0, before - long) },
      pinned: (pinnedShown ?? []).map(contextTextOf),
      retrieved: (ownShown ?? []).map(contextTextOf),
      history: answered.slice(long).map((turn) => ({
        question: questionWith(shownTexts(turn), withoutSecrets(turn.question)),
        answer: turn.answer,
      })),
    },
    { format, contextLength, answerTokens: ANSWER_TOKENS, countTokens },
  );
  if (!fitted) return { refusal };
  const ownFitted = inPlace(own, fitted.retrieved);
  const pinnedFitted = inPlace(pinned, fitted.pinned);
  const prompt = {
    messages: fitted.messages,
    // To the end of the context: what is kept for it is the least.
    answerTokens: Math.max(1, contextLength - fitted.promptTokens),
    droppedTurns: long + fitted.droppedTurns,
    sources: [
      ...own.map(({ source }, at) => sourceOf(source, ownFitted[at])),
      ...pinned.map(({ source }, at) => ({ ...sourceOf(source, pinnedFitted[at]), pinned: true })),
    ],
    // What is pinned stands in front of the conversation, and not in its turns.
    texts: [...own.map((_, at) => ownFitted[at]?.text ?? ''), ...pinned.map(() => '')],
  };
  return { prompt };
}

/** What people paste may hold secrets as well. */
function withoutSecrets(question: string): string {
  return redactText(question).text;
}

/** How many of the latest turns may fit at all: nobody need count the tokens of those before. */
function mayFit(turns: readonly ChatTurn[], contextLength: number): number {
  let characters = 0;
  const over = turns.findLastIndex(({ question, answer }) => {
    characters += question.length + answer.length;
    return characters > MOST_TOKEN_CHARACTERS * contextLength;
  });
  return turns.length - 1 - over;
}

/** What became of each text; undefined for the empty ones, which were not asked for. */
function inPlace(
  texts: readonly ShownText[],
  fitted: readonly FittedText[],
): (FittedText | undefined)[] {
  let next = 0;
  return texts.map(({ text }) => (text === '' ? undefined : fitted[next++]));
}

/** The texts that a question was asked with, without those that were pinned. */
export function shownTexts({ sources, texts }: Pick<ChatTurn, 'sources' | 'texts'>): ShownText[] {
  return sources.flatMap((source, at) => {
    const text = texts[at] ?? '';
    return source.pinned === true ? [] : { source, text };
  });
}

/** A question that nobody answered would be two in a row. */
function isAnswered({ answer }: ChatTurn): boolean {
  return answer.trim() !== '';
}

function sourceOf(source: ShownText['source'], fitted: FittedText | undefined): ChatSource {
  const { tokens, note: cut } = fitted ?? { tokens: 0 };
  const note = [...new Set([source.note, cut])].filter(Boolean).join(' ');
  return { ...source, tokens, ...(note !== '' && { note }) };
}

function same(one: ShownText['source'], other: ShownText['source']): boolean {
  return (
    one.label === other.label &&
    one.uri === other.uri &&
    JSON.stringify(one.lines) === JSON.stringify(other.lines)
  );
}
