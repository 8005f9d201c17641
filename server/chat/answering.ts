import type { ChatProgress, TokenUsage, Turn } from '../../protocol/chat.js';
import type { Engine } from '../engine/contract.js';
import type { ChatMessage } from '../prompt/chat/chat-message.js';
import { answerTo, chatSampling, type AnswerSummary } from './answer.js';
import type { ChatEvent } from './events.js';

/** How often what has been said goes to the disk, milliseconds. */
const SAVE_MS = 1000;

/** How an answer ended. */
export type Ending = Pick<Extract<ChatEvent, { kind: 'ended' }>, 'state' | 'error' | 'usage'>;

export interface AnsweringOptions {
  readonly engine: Engine;
  readonly messages: readonly ChatMessage[];
  readonly answerTokens: number;
  readonly droppedTurns: number;
  /** How often this question had been answered before: another answer is wanted. */
  readonly attempt: number;
  readonly signal: AbortSignal;
}

/** What hears an answer. */
export interface AnswerListener {
  /** Each piece, as it comes. */
  readonly hear: (progress: ChatProgress) => void;
  /** All that was said since it was called last. */
  readonly save: (said: {
    readonly answer?: string;
    readonly reasoning?: string;
  }) => Promise<unknown>;
}

/** Asks the model, and passes on what it says. Rejects as the engine does. */
export async function answering(
  { engine, messages, answerTokens, droppedTurns, attempt, signal }: AnsweringOptions,
  { hear, save }: AnswerListener,
): Promise<Ending> {
  const answer = answerTo(engine, messages, {
    maxTokens: answerTokens,
    sampling: chatSampling(attempt),
    signal,
  });
  const unsaved = { answer: '', reasoning: '' };
  let savedAt = performance.now();
  const flush = async () => {
    const { answer: text, reasoning } = unsaved;
    Object.assign(unsaved, { answer: '', reasoning: '' });
    savedAt = performance.now();
    if (text !== '' || reasoning !== '')
      await save({ ...(text !== '' && { answer: text }), ...(reasoning !== '' && { reasoning }) });
  };
  try {
    for await (const { kind, text } of answer) {
      const said = kind === 'text' ? 'answer' : 'reasoning';
      unsaved[said] += text;
      hear({ kind: said, text });
      if (performance.now() - savedAt > SAVE_MS) await flush();
    }
    const summary = await answer.summary;
    return { state: stateOf(summary), usage: usageOf(summary, engine, droppedTurns) };
  } finally {
    await flush();
  }
}

function stateOf({ reason }: AnswerSummary): Exclude<Turn['state'], 'running' | 'failed'> {
  const states = { end: 'complete', stop: 'complete', aborted: 'stopped' } as const;
  return reason === 'length' || reason === 'context' ? 'cut' : states[reason];
}

function usageOf(summary: AnswerSummary, { info }: Engine, droppedTurns: number): TokenUsage {
  const { promptTokens, residentTokens, generatedTokens, tokensPerSecond } = summary;
  return {
    ...{ prompt: promptTokens, resident: residentTokens, generated: generatedTokens },
    ...{ context: info.contextLength, droppedTurns, tokensPerSecond },
  };
}
