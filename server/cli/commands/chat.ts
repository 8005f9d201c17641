import type { DeviceSetting } from '../../engine/device/choose-device.js';
import type { ContextText } from '../../prompt/chat/context-text.js';
import { redactText } from '../../provenance/redact.js';
import { repositoryRoot } from '../../provenance/repository-root.js';
import { chatLoop, type ChatTerminal } from '../chat/chat-loop.js';
import { ChatSession } from '../chat/chat-session.js';
import { ReplyWriter } from '../chat/reply-writer.js';
import { TerminalTexts } from '../chat/terminal-texts.js';
import { CliError, exitCode } from '../cli-error.js';
import { interruptible } from '../interrupt.js';
import { loadChatModel } from '../load-chat-model.js';
import { dim, yellow } from '../terminal.js';

export interface ChatOptions {
  readonly model?: string;
  readonly device: DeviceSetting;
  readonly threads: number;
  readonly contextLength: number;
  readonly maxTokens: number;
  /** `true` and `false` where somebody said so. */
  readonly think?: boolean;
}

/** What is piped in may be this long, UTF-16 units; far more than fits any context. */
const MOST_PIPED = 16 * 1024 * 1024;

/** `lacuna chat`: answers one question, or one after the other on a terminal. */
export async function chat(
  words: readonly string[],
  options: ChatOptions,
  packageRoot: string,
): Promise<number> {
  const piped = process.stdin.isTTY ? '' : await readPiped();
  const asked = words.join(' ').trim();
  const interactive = asked === '' && process.stdin.isTTY;
  if (asked === '' && piped.trim() === '' && !interactive)
    throw new CliError(
      'there is no question',
      'Give one as an argument or on standard input, or run this on a terminal.',
    );
  const current = process.cwd();
  const folder = await repositoryRoot(current);
  const engine = await loadChatModel(options, packageRoot);
  const found = new TerminalTexts(folder, current, packageRoot);
  try {
    const { maxTokens, think } = options;
    const session = new ChatSession(engine, {
      maxTokens,
      ...(think !== undefined && { thinking: think }),
    });
    if (interactive) {
      const { model, device } = engine.info;
      process.stderr.write(dim(`${model} · ${device} · /help\n`, process.stderr));
      await chatLoop(session, terminal, { redact, find: (...asking) => found.find(...asking) });
      return exitCode.ok;
    }
    if (asked === '') return await answerOnce(session, piped.trim(), []);
    const texts = piped.trim() === '' ? [] : [standardInput(piped)];
    return await answerOnce(session, asked, texts, found);
  } finally {
    await Promise.all([engine.close(), found.close()]);
  }
}

async function answerOnce(
  session: ChatSession,
  question: string,
  piped: readonly ContextText[],
  found?: TerminalTexts,
): Promise<number> {
  return interruptible(async (signal) => {
    const { texts, notes } = (await found?.find(question, signal)) ?? { texts: [], notes: [] };
    for (const note of notes) process.stderr.write(`${yellow(note, process.stderr)}\n`);
    const writer = new ReplyWriter(terminal);
    const report = await session.ask(redact(question), [...piped, ...texts], signal, (piece) => {
      writer.write(piece);
    });
    writer.end(report);
    return signal.aborted ? exitCode.interrupted : exitCode.ok;
  });
}

function standardInput(text: string): ContextText {
  return { label: 'Standard input', language: '', text: redact(text) };
}

function redact(text: string): string {
  return redactText(text).text;
}

async function readPiped(): Promise<string> {
  let text = '';
  process.stdin.setEncoding('utf8');
  for await (const piece of process.stdin as AsyncIterable<string>) {
    text += piece;
    if (text.length > MOST_PIPED)
      throw new CliError(
        `standard input holds more than ${MOST_PIPED >> 20} million characters`,
        'Pipe in the part that the question is about.',
      );
  }
  return text;
}

const terminal: ChatTerminal = {
  input: process.stdin,
  output: process.stdout,
  error: process.stderr,
  onInterrupt: (listener) => {
    process.on('SIGINT', listener);
    return () => process.off('SIGINT', listener);
  },
};
