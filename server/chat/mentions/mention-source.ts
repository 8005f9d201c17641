import type { MentionItem } from '../../../protocol/chat.js';
import type { Question } from '../question-texts.js';
import type { ShownText } from '../shown-text.js';
import type { Mention } from './parse-mentions.js';

/** What one kind of mention stands for. */
export interface MentionSource {
  /** Texts that have passed the gate; empty ones with a note where there is nothing to show. */
  find(mention: Mention, question: Question, signal: AbortSignal): Promise<readonly ShownText[]>;
  /**
   * What a mention of this kind may be completed with, the best first; `name` is what stands behind its colon so far. Left out
   * by kinds that need no name.
   */
  complete?(name: string, question: Partial<Question>, most: number): Promise<MentionItem[]>;
}

/** A mention that shows nothing, and why. */
export function nothing({ text, name }: Mention, note: string, label = name): ShownText[] {
  return [{ source: { label: label === '' ? text : label, mention: text, note }, text: '' }];
}
