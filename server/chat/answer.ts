/** The one way in which every feature asks a model that can be talked to. */

import { requireChat } from './require-chat.js';
import {
  type Engine,
  type GenerateOptions,
  type GenerationSummary,
  type Sampling,
} from '../engine/contract.js';
import type { ChatMessage } from '../prompt/chat/chat-message.js';
import { chatPlan, type ChatPlan } from '../prompt/chat/chat-plan.js';
import { ReasoningSplitter, type AnswerPiece } from '../prompt/chat/split-reasoning.js';

export interface AnswerOptions extends Omit<GenerateOptions, 'lane' | 'overflow' | 'heal'> {
  /** By default, `chat`. */
  readonly lane?: GenerateOptions['lane'];
  /** Whether a model that can do either is to think first; its own default where this is left out. */
  readonly thinking?: boolean;
  /** What the answer is to begin with; it is streamed as its first piece. Not for a model that must think first. */
  readonly begin?: string;
}

export interface AnswerSummary extends GenerationSummary {
  /** Of decoding; 0 where nothing was decoded. */
  readonly tokensPerSecond: number;
}

/**
 * How answers in words are drawn: a little variety keeps a model from repeating itself, and one that is asked again says
 * something else. Seeded, so never chance. `attempt` counts the answers that the same question had before.
 */
export function chatSampling(attempt: number): Sampling {
  return { temperature: attempt === 0 ? 0.3 : 0.7, topP: 0.95, seed: attempt };
}

/** A running answer: iterate it once for its pieces. Leaving the loop ends it. */
export interface Answer extends AsyncIterable<AnswerPiece> {
  /** Settles when the answer has ended; rejects with the same error as the iteration. Aborting is no error. */
  readonly summary: Promise<AnswerSummary>;
}

/**
 * Asks `engine` for the answer to the last of `messages`. Starts at once and throws nothing itself: an `EngineError`, of the
 * engine or because the model cannot be talked to, surfaces in the iteration and in `summary`.
 */
export function answerTo(
  engine: Engine,
  messages: readonly ChatMessage[],
  { lane = 'chat', thinking, begin, ...options }: AnswerOptions,
): Answer {
  let plan: ChatPlan;
  try {
    plan = planFor(engine, messages, thinking, begin);
  } catch (error) {
    return failed(error);
  }
  const generation = engine.generate(plan, { ...options, lane });
  const summary = generation.summary.then((ended) => ({
    ...ended,
    tokensPerSecond: ended.decodeMs > 0 ? (1000 * ended.generatedTokens) / ended.decodeMs : 0,
  }));
  // Who only iterates sees the error there.
  summary.catch(() => undefined);
  return { summary, [Symbol.asyncIterator]: () => pieces(plan, generation) };
}

/** The prompt that `answerTo` sends, to count or to look at it. @throws EngineError where the model cannot be talked to. */
export function planFor(
  engine: Pick<Engine, 'info'>,
  messages: readonly ChatMessage[],
  thinking?: boolean,
  begin?: string,
): ChatPlan {
  const chat = requireChat(engine.info);
  return chatPlan(chat, messages, {
    ...(thinking !== undefined && { thinking }),
    ...(begin !== undefined && { begin }),
  });
}

/** All of an answer. Rejects as the iteration does. */
export async function wholeAnswer(
  answer: Answer,
): Promise<{ readonly text: string; readonly reasoning: string; readonly summary: AnswerSummary }> {
  const parts = { text: '', reasoning: '' };
  for await (const { kind, text } of answer) parts[kind] += text;
  return { ...parts, summary: await answer.summary };
}

async function* pieces(
  plan: ChatPlan,
  generation: AsyncIterable<{ readonly text: string }>,
): AsyncGenerator<AnswerPiece, undefined> {
  if (plan.begin !== '') yield { kind: 'text', text: plan.begin };
  // Behind a beginning, white space and marks are the answer's own.
  const splitter = plan.begin === '' ? new ReasoningSplitter(plan.thinking) : undefined;
  for await (const { text } of generation)
    if (splitter) yield* splitter.push(text);
    else if (text !== '') yield { kind: 'text', text };
  if (splitter) yield* splitter.end();
}

function failed(error: unknown): Answer {
  const reason = error instanceof Error ? error : new Error(String(error));
  const summary = Promise.reject<AnswerSummary>(reason);
  summary.catch(() => undefined);
  return {
    summary,
    // eslint-disable-next-line require-yield -- it only fails
    async *[Symbol.asyncIterator]() {
      await summary;
    },
  };
}
