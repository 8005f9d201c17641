/** A conversation in a terminal: what was said so far, and how the next question is asked. */

import { requireChat } from '../../chat/require-chat.js';
import { answerTo, chatSampling, type AnswerSummary } from '../../chat/answer.js';
import { EngineError, type Engine } from '../../engine/contract.js';
import type { ContextText } from '../../prompt/chat/context-text.js';
import { fitChat, type PastTurn } from '../../prompt/chat/fit-chat.js';
import type { AnswerPiece } from '../../prompt/chat/split-reasoning.js';

const SYSTEM =
  'You are a programming assistant in a terminal. Answer briefly and correctly, in Markdown. Say so where you do not know.';

export interface ChatSessionOptions {
  /** Tokens of an answer at most. */
  readonly maxTokens: number;
  /** Whether a model that can do either is to think first; its own default where this is left out. */
  readonly thinking?: boolean;
}

export interface ChatTurnReport extends AnswerSummary {
  /** Earlier turns that the model was not shown, as they did not fit. */
  readonly droppedTurns: number;
  /** What became of texts that did not fit whole. */
  readonly notes: readonly string[];
}

/** A question with its texts. */
export interface AskedQuestion {
  readonly question: string;
  readonly texts: readonly ContextText[];
}

export class ChatSession {
  private history: PastTurn[] = [];
  private dropped = 0;
  /** The last question, what was said before it, and how often it had been answered. */
  private last:
    (AskedQuestion & { readonly before: PastTurn[]; readonly attempt: number }) | undefined;
  /** How often the next question has been answered before. */
  private attempt = 0;

  constructor(
    private readonly engine: Engine,
    private readonly options: ChatSessionOptions,
  ) {}

  /**
   * Asks, and hands each piece of the answer to `onPiece`. What there is of an answer that `signal` ended stays.
   *
   * @throws EngineError (as a rejection) where the question does not fit, or the engine fails.
   */
  async ask(
    question: string,
    texts: readonly ContextText[],
    signal: AbortSignal,
    onPiece: (piece: AnswerPiece) => void,
  ): Promise<ChatTurnReport> {
    const { engine, history, dropped, attempt } = this;
    const { contextLength } = engine.info;
    const format = requireChat(engine.info);
    const parts = { system: SYSTEM, pinned: [], retrieved: texts, history, question, dropped };
    const { fitted, refusal } = fitChat(parts, {
      format,
      contextLength,
      answerTokens: this.options.maxTokens,
      countTokens: (text) => engine.countTokens(text),
    });
    if (!fitted) throw new EngineError(refusal.message, refusal.remedy);
    this.last = { question, texts, before: history, attempt };
    this.attempt = 0;
    this.dropped = fitted.droppedTurns;
    const { thinking } = this.options;
    const answer = answerTo(engine, fitted.messages, {
      maxTokens: fitted.answerTokens,
      sampling: chatSampling(attempt),
      signal,
      ...(thinking !== undefined && { thinking }),
    });
    let text = '';
    for await (const piece of answer) {
      if (piece.kind === 'text') text += piece.text;
      onPiece(piece);
    }
    const summary = await answer.summary;
    // A question that nobody answered would be two in a row.
    if (text.trim() !== '') this.history = [...history, { question: fitted.sent, answer: text }];
    const notes = fitted.retrieved.flatMap(({ note }, i) =>
      note === undefined ? [] : [`${texts[i]?.label ?? ''}: ${note}`],
    );
    return { ...summary, droppedTurns: fitted.droppedTurns, notes };
  }

  /** Takes back the last turn; its question, to be asked anew. */
  takeBack(): AskedQuestion | undefined {
    const { last } = this;
    if (!last) return undefined;
    this.history = last.before;
    this.attempt = last.attempt + 1;
    this.last = undefined;
    return last;
  }

  /** Forgets all that was said. */
  clear(): void {
    this.history = [];
    this.dropped = 0;
    this.last = undefined;
  }
}
