import type { ChatSource } from '../../protocol/chat.js';
import type { Engine } from '../engine/contract.js';
import type { ChatMessage } from '../prompt/chat/chat-message.js';
import { fitChat } from '../prompt/chat/fit-chat.js';
import type { FittedText } from '../prompt/chat/fit-text.js';
import type { ChatTurn } from './conversation.js';
import { withTexts, type ShownText } from './user-message.js';

const INSTRUCTIONS =
  'You are a programming assistant in a code editor. Answer in Markdown. Put code into fenced blocks that name the language.';

export interface Asked {
  readonly question: string;
  readonly pinned: readonly ShownText[];
  readonly mentioned: readonly ShownText[];
}

/** A question as the model is asked it, and what became of the texts that it mentions. */
export interface Prompt {
  readonly messages: readonly ChatMessage[];
  readonly droppedTurns: number;
  readonly sources: readonly ChatSource[];
  /** One for each source. */
  readonly texts: readonly string[];
}

/** @throws EngineError where the question alone is too long for the model */
export function promptOf(
  { question, pinned, mentioned }: Asked,
  history: readonly ChatTurn[],
  engine: Pick<Engine, 'info' | 'countTokens'>,
): Prompt {
  // What is pinned as well need not be shown twice.
  const own = mentioned.filter(({ source }) => !pinned.some((pin) => same(pin.source, source)));
  const fitted = fitChat(
    {
      ...{ system: INSTRUCTIONS, pinned, context: own, question },
      history: history.filter(isAnswered).map((turn) => ({
        question: withTexts(shownTexts(turn), turn.question),
        answer: turn.answer,
      })),
    },
    {
      contextLength: engine.info.contextLength,
      countTokens: (text) => engine.countTokens(text),
    },
    withTexts,
  );
  return {
    messages: fitted.messages,
    droppedTurns: fitted.droppedTurns,
    sources: [
      ...own.map(({ source }, at) => sourceOf(source, fitted.context[at])),
      ...pinned.map(({ source }, at) => ({
        ...sourceOf(source, fitted.pinned[at]),
        pinned: true,
      })),
    ],
    // What is pinned stands in front of the conversation, and not in its turns.
    texts: [...fitted.context.map(({ text }) => text), ...pinned.map(() => '')],
  };
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
  const { tokens, fit } = fitted ?? { tokens: 0, fit: 'left out' };
  const what = { whole: '', shortened: 'Shortened: it', 'left out': 'Left out: it' }[fit];
  const notes = new Set([source.note ?? '', what && `${what} did not fit.`]);
  const note = [...notes].filter(Boolean).join(' ');
  return { ...source, tokens, ...(note !== '' && { note }) };
}

function same(one: ShownText['source'], other: ShownText['source']): boolean {
  return (
    one.label === other.label &&
    one.uri === other.uri &&
    JSON.stringify(one.lines) === JSON.stringify(other.lines)
  );
}
