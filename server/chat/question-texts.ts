import type { EditorPlace } from '../../protocol/chat.js';
import type { ShownText } from './shown-text.js';

/** A question, and where it was asked. */
export interface Question {
  readonly question: string;
  readonly place?: EditorPlace;
}

/** Finds the texts that questions mention. */
export interface QuestionTexts {
  /**
   * As the gate let them pass, in the order in which they are to be shown; empty, with a note, where there is nothing to show. Never
   * rejects; ends soon after `signal` aborts.
   */
  find(question: Question, signal: AbortSignal): Promise<readonly ShownText[]>;
}
