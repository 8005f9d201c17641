/**
 * A conversation as a prompt: what the model's own template makes of it. The template sees marks where the messages' texts
 * go, so that control tokens are told apart from texts that merely look like them: only what the template itself writes is
 * placed by name. Everything between two control tokens is one segment, words of the template and texts of messages
 * together, since that is how the model saw it in training.
 */

import type { ChatFormat, PromptPlan, Segment } from '../../engine/contract.js';
import type { ChatMessage } from './chat-message.js';
import { cutAtTokens } from './control-tokens.js';
import { fillMarks, markMessages, markOf, marksIn } from './message-marks.js';
import { renderTemplate, templateError } from './render-template.js';

export interface ChatPlanOptions {
  /** Whether a model that can do either is to think first; its own default where this is left out. */
  readonly thinking?: boolean;
  /** What the answer is to begin with; not for an answer that begins with thoughts. */
  readonly begin?: string;
}

export interface ChatPlan extends PromptPlan {
  /** Whether the template opened the model's thoughts: the answer begins inside of them. */
  readonly thinking: boolean;
  /** What the answer begins with; empty where it begins with thoughts. */
  readonly begin: string;
}

/** What segments of a conversation name as their source. */
export const chatSource = 'lacuna:chat';

/** What opens and closes thoughts, in all models that have them. */
export const thoughts = { open: '<think>', close: '</think>' } as const;

/**
 * The prompt behind which the model answers the last of `messages`. White space around a message's text is kept or dropped
 * as the template says. Where a template knows no system messages, their text goes in front of the next question.
 *
 * @throws EngineError where the template cannot be used for these messages.
 */
export function chatPlan(
  format: ChatFormat,
  messages: readonly ChatMessage[],
  options: ChatPlanOptions = {},
): ChatPlan {
  const { told, text } = render(format, messages, options.thinking);
  const tail = text.slice(text.lastIndexOf(markOf(told.length - 1)) + 1);
  const thinking = tail.lastIndexOf(thoughts.open) > tail.lastIndexOf(thoughts.close);
  const begin = thinking ? '' : (options.begin ?? '');
  const gap = begin === '' ? '' : gapBefore(format, told, text, options.thinking);
  const segments = cutAtTokens(text, format).map((piece): Segment =>
    piece.kind === 'text'
      ? { ...piece, text: fillMarks(piece.text, told), source: chatSource }
      : piece,
  );
  return { segments: continued(segments, gap + begin), thinking, begin };
}

interface Rendered {
  readonly told: readonly ChatMessage[];
  readonly text: string;
}

function render(
  format: ChatFormat,
  messages: readonly ChatMessage[],
  thinking: boolean | undefined,
): Rendered {
  if (!messages.some(({ role }) => role === 'system')) return whole(format, messages, thinking);
  try {
    return whole(format, messages, thinking);
  } catch {
    // Some templates refuse system messages, others leave them out.
    return whole(format, withoutSystem(messages), thinking);
  }
}

/** @throws EngineError where the template leaves out or repeats a message. */
function whole(
  format: ChatFormat,
  told: readonly ChatMessage[],
  thinking: boolean | undefined,
): Rendered {
  const text = renderTemplate(format, {
    messages: markMessages(told),
    addGenerationPrompt: true,
    ...(thinking !== undefined && { thinking }),
  });
  const times = marksIn(text);
  told.forEach(({ role, content }, i) => {
    const count = times.get(i) ?? 0;
    if (content.trim() === '' || count === 1) return;
    throw templateError(
      count === 0
        ? `it leaves out a message of the ${role}`
        : `it repeats a message of the ${role}`,
    );
  });
  return { told, text };
}

function withoutSystem(messages: readonly ChatMessage[]): ChatMessage[] {
  const told: ChatMessage[] = [];
  let pending: string[] = [];
  for (const message of messages) {
    if (message.role === 'system') pending.push(message.content);
    else if (message.role === 'user' && pending.length > 0) {
      told.push({ role: 'user', content: [...pending, message.content].join('\n\n') });
      pending = [];
    } else told.push(message);
  }
  if (pending.length > 0) told.push({ role: 'user', content: pending.join('\n\n') });
  return told;
}

/** What the template writes between the end of a prompt and the answer, such as a blank: it belongs to the answer. */
function gapBefore(
  format: ChatFormat,
  told: readonly ChatMessage[],
  prompt: string,
  thinking: boolean | undefined,
): string {
  const answered = renderTemplate(format, {
    messages: markMessages([...told, { role: 'assistant', content: 'answer' }]),
    addGenerationPrompt: false,
    ...(thinking !== undefined && { thinking }),
  });
  const at = answered.lastIndexOf(markOf(told.length));
  return answered.startsWith(prompt) && at >= 0 ? answered.slice(prompt.length, at) : '';
}

function continued(segments: readonly Segment[], text: string): readonly Segment[] {
  if (text === '') return segments;
  const last = segments.at(-1);
  if (last?.kind !== 'text') return [...segments, { kind: 'text', text, source: chatSource }];
  return [...segments.slice(0, -1), { ...last, text: last.text + text }];
}
