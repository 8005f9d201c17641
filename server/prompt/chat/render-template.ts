/**
 * Runs a model's chat template. It comes with the model's file, from anywhere: it is parsed and run under a limit of time,
 * and what it takes and writes is bounded.
 */

import { createContext, Script } from 'node:vm';
import { EngineError, type ChatFormat } from '../../engine/contract.js';
import type { ChatMessage } from './chat-message.js';
import { parseTemplate, runTemplate, type Program } from './jinja.js';

export interface TemplateInput {
  readonly messages: readonly ChatMessage[];
  /** Whether what begins an answer is written at the end. */
  readonly addGenerationPrompt: boolean;
  /** Whether a model that can do either is to think first; its own default where this is left out. */
  readonly thinking?: boolean;
}

/** Those of DeepSeek take 2 to 5 KiB; the largest of other models about 20. */
const MOST_SOURCE = 256 * 1024;
/** UTF-16 units beside the messages: a template adds a few words to each. */
const MOST_ADDED = 1024 * 1024;
const MOST_ADDED_PER_MESSAGE = 4096;
/** One of ten thousand turns takes a few milliseconds. */
const LIMIT_MS = 2000;
/** Entries that `range` gives at once. */
const MOST_RANGE = 100_000;

const REMEDY =
  'Choose another chat model, or another GGUF file of this one whose tokenizer.chat_template is sound.';

const run = new Script('work()');
const parsed = new WeakMap<ChatFormat, Program>();

/** @throws EngineError where the template is broken, takes too long, writes too much or refuses these messages. */
export function renderTemplate(format: ChatFormat, input: TemplateInput): string {
  const { messages, addGenerationPrompt, thinking } = input;
  const text = bounded(() =>
    runTemplate(programOf(format), {
      ...globals,
      messages: messages.map(({ role, content }) => ({ role, content })),
      add_generation_prompt: addGenerationPrompt,
      bos_token: format.bosToken,
      eos_token: format.eosToken,
      ...(thinking !== undefined && { thinking, enable_thinking: thinking }),
    }),
  );
  const given = messages.reduce((length, { content }) => length + content.length, 0);
  if (text.length > given + MOST_ADDED + MOST_ADDED_PER_MESSAGE * messages.length)
    throw templateError(`it writes ${text.length} characters for messages of ${given}`);
  return text;
}

/** `reason` says what is wrong with a model's template. */
export function templateError(reason: string, cause?: unknown): EngineError {
  return new EngineError(`the model's chat template cannot be used: ${reason}`, REMEDY, { cause });
}

function programOf(format: ChatFormat): Program {
  const known = parsed.get(format);
  if (known) return known;
  const { length } = format.template;
  if (length > MOST_SOURCE) throw new Error(`it is ${length} characters long`);
  const program = parseTemplate(format.template);
  parsed.set(format, program);
  return program;
}

/** What `work` returns; ended after a limit of time, whatever it does. */
function bounded(work: () => string): string {
  try {
    return run.runInContext(createContext({ work }), { timeout: LIMIT_MS }) as string;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT')
      throw templateError(`it takes longer than ${LIMIT_MS} ms`, error);
    throw templateError(error instanceof Error ? error.message : String(error), error);
  }
}

/** Not the date: the same conversation gives the same prompt on any day. */
const globals = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
  range: shortRange,
  raise_exception: (message: unknown) => {
    throw new Error(String(message));
  },
};

/** Python's, for as many entries as a template of messages can need. */
function shortRange(start: number, stop?: number, step = 1): number[] {
  const [first, end] = stop === undefined ? [0, start] : [start, stop];
  const count = Math.max(0, Math.ceil((end - first) / step));
  if (!(count <= MOST_RANGE)) throw new Error(`it asks for a range of ${count} numbers`);
  return Array.from({ length: count }, (_, i) => first + i * step);
}
