/** Tells a model's thoughts from its answer while both are streamed. */

import { thoughts } from './chat-plan.js';

export interface AnswerPiece {
  readonly kind: 'reasoning' | 'text';
  readonly text: string;
}

/**
 * Thoughts stand at the beginning, between `<think>` and `</think>`; `opened` where the prompt has opened them. The marks,
 * and white space around thoughts and in front of the answer, are part of neither. What is not closed is all thought.
 */
export class ReasoningSplitter {
  private state: 'start' | 'reasoning' | 'gap' | 'text';
  /** What may yet turn out to be a mark or white space that is dropped. */
  private held = '';
  private begun = false;

  constructor(opened: boolean) {
    this.state = opened ? 'reasoning' : 'start';
  }

  /** What is sure after the next characters. */
  push(text: string): AnswerPiece[] {
    this.held += text;
    const pieces: AnswerPiece[] = [];
    for (let piece = this.step(); piece !== undefined; piece = this.step())
      if (piece.text !== '') pieces.push(piece);
    return pieces;
  }

  /** What was held back when the model had ended. */
  end(): AnswerPiece[] {
    const { held, state } = this;
    this.held = '';
    const text = state === 'reasoning' ? this.thought(held).trimEnd() : held.trimStart();
    if (text === '') return [];
    return [{ kind: state === 'reasoning' ? 'reasoning' : 'text', text }];
  }

  /** The next piece, which may be empty; `undefined` where more must be known. */
  private step(): AnswerPiece | undefined {
    switch (this.state) {
      case 'start':
        return this.decide();
      case 'reasoning':
        return this.think();
      case 'gap':
        this.held = this.held.trimStart();
        if (this.held === '') return undefined;
        this.state = 'text';
        return this.answer();
      case 'text':
        return this.held === '' ? undefined : this.answer();
    }
  }

  private decide(): AnswerPiece | undefined {
    this.held = this.held.trimStart();
    if (this.held.startsWith(thoughts.open)) {
      this.held = this.held.slice(thoughts.open.length);
      this.state = 'reasoning';
      return this.think();
    }
    if (thoughts.open.startsWith(this.held)) return undefined;
    this.state = 'text';
    return this.answer();
  }

  private think(): AnswerPiece | undefined {
    const close = this.held.indexOf(thoughts.close);
    if (close >= 0) {
      const text = this.thought(this.held.slice(0, close)).trimEnd();
      this.held = this.held.slice(close + thoughts.close.length);
      this.state = 'gap';
      return { kind: 'reasoning', text };
    }
    const sure = this.held.slice(0, this.held.length - partialMark(this.held)).trimEnd();
    if (sure === '') return undefined;
    this.held = this.held.slice(sure.length);
    return { kind: 'reasoning', text: this.thought(sure) };
  }

  /** Without white space in front of the first one. */
  private thought(text: string): string {
    if (this.begun) return text;
    const begun = text.trimStart();
    this.begun = begun !== '';
    return begun;
  }

  private answer(): AnswerPiece {
    const text = this.held;
    this.held = '';
    return { kind: 'text', text };
  }
}

/** How many characters at the end may be the beginning of the closing mark. */
function partialMark(text: string): number {
  for (let length = Math.min(thoughts.close.length - 1, text.length); length > 0; length--)
    if (text.endsWith(thoughts.close.slice(0, length))) return length;
  return 0;
}
