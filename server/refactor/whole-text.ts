import { answerTo, wholeAnswer } from '../chat/answer.js';
import type { Engine } from '../engine/contract.js';
import type { ChatMessage } from '../prompt/chat/chat-message.js';
import { refuse, type EditRefusal } from './refusal.js';

export type TextAnswer =
  | { readonly text: string; readonly refusal?: never }
  | { readonly text?: never; readonly refusal: EditRefusal };

/**
 * All that a model answers, without its thoughts.
 *
 * @throws EngineError (rejects) where the engine fails; DOMException named AbortError where the signal has aborted
 */
export async function wholeText(
  engine: Engine,
  messages: readonly ChatMessage[],
  maxTokens: number,
  signal: AbortSignal,
): Promise<TextAnswer> {
  const { text } = await wholeAnswer(answerTo(engine, messages, { maxTokens, signal }));
  signal.throwIfAborted();
  const trimmed = text.trim();
  if (trimmed !== '') return { text: trimmed };
  return refuse('The model answered nothing.', 'Ask again, or choose a larger model.');
}

/** Tokens for an answer of at most `most` where it shares the model's context with a prompt. */
export function answerRoom({ info }: Engine, most: number): number {
  return Math.max(1, Math.min(most, Math.floor(info.contextLength / 3)));
}
