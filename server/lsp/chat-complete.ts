import {
  ErrorCodes,
  ProgressType,
  ResponseError,
  type CancellationToken,
  type Connection,
  type ServerCapabilities,
} from 'vscode-languageserver';
import {
  chatRequests,
  type ChatProgress,
  type CompleteParams,
  type CompleteResult,
  type CountTokensParams,
} from '../../protocol/index.js';
import { answerTo, type AnswerSummary } from '../chat/answer.js';
import type { Engine } from '../engine/contract.js';
import { redactText } from '../provenance/redact.js';
import type { ChatEngine } from './chat-engine.js';
import { describeError } from '../engine/describe-error.js';
import type { Feature } from './feature.js';

const progressType = new ProgressType<ChatProgress>();
const roles = ['system', 'user', 'assistant'];

/** `lacuna/chat/complete` and `countTokens`: the chat model for conversations that others keep. */
export class ChatCompleteFeature implements Feature {
  constructor(
    private readonly connection: Connection,
    private readonly chat: Pick<ChatEngine, 'engine' | 'requestFailed'>,
  ) {}

  initialize(): ServerCapabilities {
    this.connection.onRequest(
      chatRequests.complete,
      (params: CompleteParams, token: CancellationToken) => {
        checkComplete(params);
        return during(token, (signal) => this.complete(params, signal));
      },
    );
    this.connection.onRequest(
      chatRequests.countTokens,
      (params: CountTokensParams, token: CancellationToken) => {
        if (typeof (params as { text?: unknown } | null)?.text !== 'string')
          throw invalid('text must be a string.');
        return during(token, (signal) => this.countTokens(params, signal));
      },
    );
    return {};
  }

  /** A cancelled one is answered all the same, with what there is of it. */
  private async complete(params: CompleteParams, signal: AbortSignal): Promise<CompleteResult> {
    const { engine, refusal } = await this.chat.engine(signal);
    if (!engine) return { refusal: { message: refusal.message, remedy: refusal.remedy } };
    try {
      return await this.answer(engine, params, signal);
    } catch (error) {
      this.chat.requestFailed(engine, error);
      const { message, remedy } = describeError(error);
      return { refusal: { message, remedy } };
    }
  }

  private async answer(
    engine: Engine,
    { messages, maxTokens, partialResultToken }: CompleteParams,
    signal: AbortSignal,
  ): Promise<CompleteResult> {
    const { contextLength, model } = engine.info;
    const passed = messages.map(({ role, content }) => ({
      role,
      content: redactText(content).text,
    }));
    const answer = answerTo(engine, passed, { maxTokens: maxTokens ?? contextLength, signal });
    let text = '';
    for await (const piece of answer) {
      const kind = piece.kind === 'text' ? 'answer' : 'reasoning';
      if (kind === 'answer') text += piece.text;
      if (partialResultToken !== undefined)
        void this.connection.sendProgress(progressType, partialResultToken, {
          kind,
          text: piece.text,
        });
    }
    const summary = await answer.summary;
    return { answer: text, state: stateOf(summary), model, usage: usageOf(summary, contextLength) };
  }

  private async countTokens({ text }: CountTokensParams, signal: AbortSignal): Promise<number> {
    const { engine, refusal } = await this.chat.engine(signal);
    if (engine) return engine.countTokens(text);
    throw new ResponseError(ErrorCodes.InternalError, `${refusal.message} ${refusal.remedy}`);
  }
}

function stateOf({ reason }: AnswerSummary): 'complete' | 'stopped' | 'cut' {
  if (reason === 'aborted') return 'stopped';
  return reason === 'length' || reason === 'context' ? 'cut' : 'complete';
}

function usageOf(summary: AnswerSummary, context: number) {
  return {
    prompt: summary.promptTokens,
    resident: summary.residentTokens,
    generated: summary.generatedTokens,
    context,
    droppedTurns: 0,
    tokensPerSecond: summary.tokensPerSecond,
  };
}

async function during<T>(
  token: CancellationToken,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  const cancellation = token.onCancellationRequested(() => {
    abort.abort();
  });
  try {
    return await work(abort.signal);
  } finally {
    cancellation.dispose();
  }
}

/** @throws ResponseError (InvalidParams). Typed, but not checked: a client may send anything. */
function checkComplete(params: CompleteParams): void {
  const { messages, maxTokens } = params as {
    readonly messages?: unknown;
    readonly maxTokens?: unknown;
  };
  if (!Array.isArray(messages) || messages.length === 0 || !messages.every(isMessage))
    throw invalid('messages must be a list of {role, content}.');
  if (maxTokens !== undefined && !(Number.isInteger(maxTokens) && Number(maxTokens) > 0))
    throw invalid('maxTokens must be a whole number above 0.');
}

function isMessage(message: unknown): boolean {
  const { role, content } = (message ?? {}) as {
    readonly role?: unknown;
    readonly content?: unknown;
  };
  return typeof role === 'string' && roles.includes(role) && typeof content === 'string';
}

function invalid(message: string): ResponseError {
  return new ResponseError(ErrorCodes.InvalidParams, message);
}
