/**
 * What a conversation costs: each question comes behind all that was said before, and only what is new of the prompt should
 * have to be read.
 */

import { answerTo, planFor, wholeAnswer } from '../chat/answer.js';
import type { Engine } from '../engine/contract.js';
import type { ChatMessage } from '../prompt/chat/chat-message.js';
import { contextBlock } from '../prompt/chat/context-text.js';
import { sampleEdit } from './sample-document.js';

export interface ChatBenchPlan {
  /** Questions, ≥ 1. */
  readonly turns: number;
  /** Tokens of an answer, ≥ 1. */
  readonly answerTokens: number;
  /** About how many tokens of code each question brings along. */
  readonly codeTokens: number;
}

/** One turn, in tokens. `prompt` = `resident` + `prefilled`. */
export interface ChatTurnFigures {
  readonly prompt: number;
  /** What the turn before left in the cache. */
  readonly resident: number;
  readonly prefilled: number;
  /** What the prompt says beyond the one before and its answer: what has to be read at least. */
  readonly added: number;
  readonly prefillMs: number;
  readonly generated: number;
  readonly tokensPerSecond: number;
}

export interface ChatFigures {
  readonly turns: readonly ChatTurnFigures[];
  /** The last question, answered anew. */
  readonly retry: ChatTurnFigures;
}

const SYSTEM = 'You are a programming assistant. Answer briefly and correctly, in Markdown.';

/** @throws EngineError (as a rejection) where the model cannot be talked to, or the conversation does not fit. */
export async function measureChat(engine: Engine, plan: ChatBenchPlan): Promise<ChatFigures> {
  const messages: ChatMessage[] = [{ role: 'system', content: SYSTEM }];
  const turns: ChatTurnFigures[] = [];
  let before = 0;
  for (let turn = 0; turn < plan.turns; turn++) {
    messages.push({ role: 'user', content: question(turn, plan.codeTokens, engine) });
    const { text, figures } = await ask(engine, messages, before, plan.answerTokens);
    turns.push(figures);
    before = figures.prompt + figures.generated;
    if (turn < plan.turns - 1) messages.push({ role: 'assistant', content: text });
  }
  const asked = turns.at(-1)?.prompt ?? 0;
  const { figures: retry } = await ask(engine, messages, asked, plan.answerTokens);
  return { turns, retry };
}

async function ask(
  engine: Engine,
  messages: readonly ChatMessage[],
  before: number,
  maxTokens: number,
): Promise<{ readonly text: string; readonly figures: ChatTurnFigures }> {
  const resident = engine.resident(planFor(engine, messages));
  const { text, summary } = await wholeAnswer(answerTo(engine, messages, { maxTokens }));
  const { promptTokens: prompt, generatedTokens: generated, prefillMs, tokensPerSecond } = summary;
  const figures = {
    ...{ prompt, resident, prefilled: prompt - resident, added: Math.max(0, prompt - before) },
    ...{ prefillMs, generated, tokensPerSecond },
  };
  return { text, figures };
}

function question(turn: number, codeTokens: number, engine: Engine): string {
  const count = (text: string) => engine.countTokens(text);
  const { prefix, suffix } = sampleEdit(`chat ${turn}`, codeTokens, 1, count);
  const label = `src/part-${turn}.ts`;
  const code = contextBlock({ label, language: 'typescript', text: prefix + suffix });
  return `${code}\n\nWhat does the last function of ${label} do?`;
}
