/** Marks that stand for the texts of messages while a template is run, in characters that mean nothing anywhere. */

import type { ChatMessage } from './chat-message.js';

const OPEN = '\uE000';
const CLOSE = '\uE001';

/** Stands for the text of the message with this index. */
export function markOf(index: number): string {
  return `${OPEN}${index}${CLOSE}`;
}

/** The messages with marks for texts. White space around a text stays, as templates may trim it. */
export function markMessages(messages: readonly ChatMessage[]): ChatMessage[] {
  return messages.map(({ role, content }, i) => {
    const text = content.trim();
    if (text === '') return { role, content };
    const start = content.indexOf(text);
    const end = start + text.length;
    return { role, content: content.slice(0, start) + markOf(i) + content.slice(end) };
  });
}

/** How often each mark occurs. */
export function marksIn(text: string): Map<number, number> {
  const counts = new Map<number, number>();
  for (const [, index] of text.matchAll(marks)) {
    const i = Number(index);
    counts.set(i, (counts.get(i) ?? 0) + 1);
  }
  return counts;
}

/** `text` with the messages' texts in place of their marks. */
export function fillMarks(text: string, messages: readonly ChatMessage[]): string {
  return text.replace(marks, (mark, index) => messages[Number(index)]?.content.trim() ?? mark);
}

const marks = new RegExp(`${OPEN}(\\d+)${CLOSE}`, 'g');
