import type { AnswerPiece } from '../../prompt/chat/split-reasoning.js';
import { dim, yellow, type Output } from '../terminal.js';
import type { ChatTurnReport } from './chat-session.js';
import { MarkdownPainter } from './markdown-painter.js';

export interface ReplyStreams {
  /** For answers. */
  readonly output: NodeJS.WritableStream & Output;
  /** For thoughts and figures. */
  readonly error: NodeJS.WritableStream & Output;
}

/** Writes an answer as it comes: coloured on a terminal, to the letter elsewhere. Thoughts are dim. */
export class ReplyWriter {
  private readonly answer: MarkdownPainter;
  private readonly thoughts: MarkdownPainter;
  private kind: AnswerPiece['kind'] | undefined;
  private text = '';

  constructor(private readonly streams: ReplyStreams) {
    this.answer = new MarkdownPainter(streams.output);
    this.thoughts = new MarkdownPainter({ isTTY: false });
  }

  write({ kind, text }: AnswerPiece): void {
    const { output, error } = this.streams;
    if (this.kind === 'reasoning' && kind === 'text') this.endThoughts();
    this.kind = kind;
    if (kind === 'reasoning') error.write(dim(this.thoughts.paint(text), error));
    else {
      this.text += text;
      output.write(output.isTTY ? this.answer.paint(text) : text);
    }
  }

  /** Ends the line, and says what the answer cost. */
  end(report: ChatTurnReport): void {
    const { output, error } = this.streams;
    if (this.kind === 'reasoning') this.endThoughts();
    if (output.isTTY) output.write(this.answer.end());
    if (this.text !== '' && !this.text.endsWith('\n')) output.write('\n');
    for (const note of report.notes) error.write(`${yellow(note, error)}\n`);
    error.write(`${dim(costOf(report), error)}\n`);
  }

  private endThoughts(): void {
    const { error } = this.streams;
    error.write(`${dim(this.thoughts.end(), error)}\n\n`);
  }
}

const ENDED: Readonly<Partial<Record<ChatTurnReport['reason'], string>>> = {
  aborted: 'stopped',
  length: 'cut: --max-tokens was reached',
  context: 'cut: the context is full',
};

function costOf(report: ChatTurnReport): string {
  const { reason, promptTokens, residentTokens, generatedTokens, tokensPerSecond } = report;
  const ended = ENDED[reason];
  const dropped = report.droppedTurns;
  return [
    ...(ended === undefined ? [] : [ended]),
    `${promptTokens} tokens read, ${residentTokens} of them before`,
    `${generatedTokens} written, ${tokensPerSecond.toFixed(1)} tokens/s`,
    ...(dropped === 0 ? [] : [`${dropped} earlier ${dropped === 1 ? 'turn' : 'turns'} left out`]),
  ].join(' · ');
}
