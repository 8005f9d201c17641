import type { ChatConversation } from './conversation.js';

/** Characters that an excerpt shows before and behind what was found. */
const BEFORE = 30;
const BEHIND = 90;

/** Words that must all occur in a conversation, in any case and order. */
export class ConversationQuery {
  private readonly words: readonly RegExp[];

  constructor(query: string) {
    this.words = [...new Set(query.normalize('NFC').split(/\s+/))]
      .filter(Boolean)
      .map((word) => new RegExp(word.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'), 'iu'));
  }

  get isEmpty(): boolean {
    return this.words.length === 0;
  }

  /** Where the words were found, as one line of text; undefined where one of them is missing. */
  excerpt({ title, turns }: ChatConversation): string | undefined {
    const missing = new Set(this.words.filter((word) => !word.test(title)));
    let best: { readonly text: string; readonly at: number } | undefined;
    for (const { question, answer } of turns)
      for (const text of [question, answer]) {
        if (missing.size === 0 && best) break;
        for (const word of this.words) {
          // One that is found already needs no second place but for the excerpt.
          if (best && !missing.has(word)) continue;
          const at = text.search(word);
          if (at < 0) continue;
          missing.delete(word);
          best ??= { text, at };
        }
      }
    if (missing.size > 0) return undefined;
    return best ? around(best.text, best.at) : title;
  }
}

function around(text: string, at: number): string {
  let start = Math.max(0, at - BEFORE);
  let end = Math.min(text.length, at + BEHIND);
  if (isLow(text, start)) start++;
  if (isLow(text, end)) end++;
  const shown = text.slice(start, end).replace(/\s+/g, ' ').trim();
  return `${start > 0 ? '…' : ''}${shown}${end < text.length ? '…' : ''}`;
}

/** Whether a surrogate pair would be torn there. */
function isLow(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit < 0xe000;
}
