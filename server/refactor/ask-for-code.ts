import { answerTo } from '../chat/answer.js';
import type { Engine } from '../engine/contract.js';
import type { ChatMessage } from '../prompt/chat/chat-message.js';
import { CodeBlockReader } from './code-block.js';
import { refuse, type EditRefusal } from './refusal.js';
import { thinkingRoom } from './whole-text.js';

/** What all attempts together have cost. */
export interface Usage {
  generated: number;
  decodeMs: number;
}

export interface CodeQuestion {
  /** What the answer is to begin with: a fence. */
  readonly begin: string;
  readonly maxTokens: number;
  /** What the answer will repeat. */
  readonly code: string;
}

export interface CodeAnswer {
  readonly text: string;
  /** Its code block; undefined where it has none. */
  readonly code: string | undefined;
}

/**
 * The code block of a model's answer, which is read no further than that.
 *
 * @param onLine hears the block at each of its lines
 * @throws EngineError (rejects) where the engine fails; DOMException named AbortError where the signal has aborted
 */
export async function askForCode(
  engine: Engine,
  messages: readonly ChatMessage[],
  { begin, maxTokens, code }: CodeQuestion,
  usage: Usage,
  signal: AbortSignal,
  onLine?: (code: string) => void,
): Promise<CodeAnswer | { readonly refusal: EditRefusal }> {
  const enough = new AbortController();
  const answer = answerTo(engine, messages, {
    ...{ maxTokens: maxTokens + thinkingRoom(engine), thinking: false, begin },
    draftSources: [code],
    signal: AbortSignal.any([signal, enough.signal]),
  });
  const reader = new CodeBlockReader();
  let text = '';
  for await (const piece of answer) {
    if (piece.kind !== 'text') continue;
    text += piece.text;
    if (reader.push(piece.text) && reader.text !== undefined) onLine?.(reader.text);
    // What would follow the block is not needed.
    if (reader.done) enough.abort();
  }
  signal.throwIfAborted();
  const { reason, generatedTokens, decodeMs } = await answer.summary;
  usage.generated += generatedTokens;
  usage.decodeMs += decodeMs;
  if (!reader.done && (reason === 'length' || reason === 'context'))
    return refuse(
      `The answer was cut off after ${generatedTokens} tokens: there was no room for more.`,
      'Select less code, or raise lacuna.chatContextLength.',
    );
  return { text, code: reader.finish(looksLikeCode) };
}

/** Whether an answer without a fence may be code, and not a sentence that says why there is none. */
function looksLikeCode(text: string): boolean {
  return /[;{}()=]/.test(text) && !/^[A-Z][a-z']*(?: [a-z']+){3}/.test(text);
}
