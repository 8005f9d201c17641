import { answerTo, planFor, wholeAnswer } from '../chat/answer.js';
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
  const room = maxTokens + thinkingRoom(engine);
  const options = { maxTokens: room, thinking: false, signal };
  const { text } = await wholeAnswer(answerTo(engine, messages, options));
  signal.throwIfAborted();
  const trimmed = text.trim();
  if (trimmed !== '') return { text: trimmed };
  return refuse('The model answered nothing.', 'Ask again, or choose a larger model.');
}

/** Tokens for an answer of at most `most` where it shares the model's context with a prompt. */
export function answerRoom({ info }: Engine, most: number): number {
  return Math.max(1, Math.min(most, Math.floor(info.contextLength / 3)));
}

/** Most tokens that a model may think before it answers, where it cannot do without. */
const THOUGHTS = 2048;

/** Tokens to be left free for thoughts: none where the model can do without. */
export function thinkingRoom(engine: Engine): number {
  if (!engine.info.chat) return 0;
  const { thinking } = planFor(engine, [{ role: 'user', content: '?' }], false);
  return thinking ? Math.min(THOUGHTS, Math.floor(engine.info.contextLength / 4)) : 0;
}
