/** Questions and answers in turns, until there are no more questions. */

import { createInterface } from 'node:readline/promises';
import { describeError } from '../../engine/describe-error.js';
import { bold, dim, red, yellow, type Output } from '../terminal.js';
import type { AskedQuestion, ChatSession } from './chat-session.js';
import { ReplyWriter, type ReplyStreams } from './reply-writer.js';
import type { FoundTexts } from './terminal-texts.js';

export interface ChatTerminal extends ReplyStreams {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream & Output;
  /** Calls `listener` for each Ctrl-C until what it returns is called. */
  readonly onInterrupt: (listener: () => void) => () => void;
}

const HELP = `/retry  asks the last question anew
/new    forgets what was said
/help   shows this
/quit   leaves, as Ctrl-D does
@file:src/main.ts, @symbol:name, @diff and @repo in a question show the model what they name.
A line that ends with \\ goes on in the next one. Ctrl-C stops an answer.
`;

/** What a loop needs to know of the world around it. */
export interface ChatWorld {
  /** Takes secrets out of a question. */
  readonly redact: (question: string) => string;
  /** What a question mentions. */
  readonly find: (question: string, signal: AbortSignal) => Promise<FoundTexts>;
}

export async function chatLoop(
  session: ChatSession,
  terminal: ChatTerminal,
  world: ChatWorld,
): Promise<void> {
  const past: string[] = [];
  for (;;) {
    const question = await readQuestion(terminal, past);
    if (question === undefined || question === '/quit') return;
    switch (question) {
      case '':
        break;
      case '/help':
        terminal.error.write(dim(HELP, terminal.error));
        break;
      case '/new':
        session.clear();
        break;
      case '/retry': {
        const last = session.takeBack();
        if (last) await reply(session, terminal, () => Promise.resolve(last));
        break;
      }
      default:
        past.unshift(question);
        await reply(session, terminal, async (signal) => {
          const { texts, notes } = await world.find(question, signal);
          for (const note of notes) terminal.error.write(`${yellow(note, terminal.error)}\n`);
          return { question: world.redact(question), texts };
        });
    }
  }
}

/** Asks one question and writes the answer. An error is told, and the conversation goes on. */
async function reply(
  session: ChatSession,
  terminal: ChatTerminal,
  prepare: (signal: AbortSignal) => Promise<AskedQuestion>,
): Promise<void> {
  const abort = new AbortController();
  const forget = terminal.onInterrupt(() => {
    abort.abort();
  });
  const writer = new ReplyWriter(terminal);
  try {
    const { question, texts } = await prepare(abort.signal);
    const report = await session.ask(question, texts, abort.signal, (piece) => {
      writer.write(piece);
    });
    writer.end(report);
  } catch (error) {
    const { message, remedy } = describeError(error);
    terminal.error.write(`${red(message, terminal.error)} ${dim(remedy, terminal.error)}\n`);
  } finally {
    forget();
  }
}

/** What somebody types up to a line's end; `undefined` where nothing more comes. */
async function readQuestion(
  { input, output, error }: ChatTerminal,
  past: readonly string[],
): Promise<string | undefined> {
  const lines = createInterface({
    input,
    output,
    terminal: input.isTTY === true,
    history: [...past],
    historySize: 200,
  });
  // Ctrl-C takes back what was typed, as a shell does.
  lines.on('SIGINT', () => {
    if (lines.line === '') error.write(dim('\n(Ctrl-D leaves)\n', error));
    lines.write(null, { ctrl: true, name: 'e' });
    lines.write(null, { ctrl: true, name: 'u' });
    lines.prompt();
  });
  const closed = new Promise<undefined>((resolve) => {
    lines.once('close', () => {
      resolve(undefined);
    });
  });
  try {
    let question = '';
    for (;;) {
      const prompt = question === '' ? '> ' : '… ';
      const line = await Promise.race([lines.question(bold(prompt, output)), closed]);
      if (line === undefined) return question === '' ? undefined : question;
      if (!line.endsWith('\\')) return (question + line).trim();
      question += `${line.slice(0, -1)}\n`;
    }
  } finally {
    lines.close();
  }
}
