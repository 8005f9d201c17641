import type { ChatMessage } from '../prompt/chat/chat-message.js';
import { fenceFor } from './code-block.js';

/** What the model is told of an edit. Texts have LF line ends and passed the gate. */
export interface EditPrompt {
  /** What a model reads as the file's name. */
  readonly path: string;
  readonly languageId: string;
  /** Code around what is replaced, whole lines; empty where none fits or there is none. */
  readonly before: string;
  readonly code: string;
  readonly after: string;
  readonly task: string;
}

const system = `You edit source code. You are shown a part of a file, the code around it and a task. Answer with the complete new text of that part in one code block, and with nothing else: no explanation, nothing of the code around it, no placeholders for what stays. Keep style, names and comments that the task does not ask to change.`;

/** The conversation that asks for an edit. What is the same for all edits of a place comes first. */
export function editMessages(prompt: EditPrompt): ChatMessage[] {
  const { path, languageId, before, code, after, task } = prompt;
  const fence = fenceFor(before, code, after);
  const block = (text: string) => `${fence}${languageId}\n${text}\n${fence}`;
  const sections = [
    `File: ${path}`,
    ...(before.trim() === '' ? [] : [`The code before the part:\n${block(before)}`]),
    ...(after.trim() === '' ? [] : [`The code behind the part:\n${block(after)}`]),
    code === ''
      ? 'The part is empty so far: what you write is inserted between the two.'
      : `The part to be changed:\n${block(code)}`,
    `Task: ${task}`,
    code === ''
      ? 'Answer with the code to insert, in one code block.'
      : 'Answer with the new text of the whole part, in one code block.',
  ];
  return [
    { role: 'system', content: system },
    { role: 'user', content: sections.join('\n\n') },
  ];
}

/** What the answer to `editMessages` is to begin with. */
export function answerBeginning({ before, code, after, languageId }: EditPrompt): string {
  return `${fenceFor(before, code, after)}${languageId}\n`;
}

/** Asks once more, behind an answer that was of no use. */
export function retryMessages(
  messages: readonly ChatMessage[],
  answer: string,
  fault: string,
): ChatMessage[] {
  return [
    ...messages,
    { role: 'assistant', content: answer },
    {
      role: 'user',
      content: `That cannot be used: ${fault}\nAnswer with the corrected text of the whole part, in one code block.`,
    },
  ];
}
