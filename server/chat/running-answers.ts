import { ChatError } from './chat-error.js';

interface RunningAnswer {
  readonly abort: AbortController;
  turn: string | undefined;
  readonly ended: Promise<void>;
}

/** The answers that are being written: one a conversation at most. */
export class RunningAnswers {
  private readonly running = new Map<string, RunningAnswer>();

  /** The turn that is being answered in a conversation. */
  turnOf(conversation: string): string | undefined {
    return this.running.get(conversation)?.turn;
  }

  isRunning(conversation: string): boolean {
    return this.running.has(conversation);
  }

  /**
   * Works on an answer, until it has ended or somebody stops it. `began` is to be told which turn that is.
   *
   * @throws ChatError (rejects) where the conversation is being answered already; whatever `work` rejects with
   */
  async run<T>(
    conversation: string,
    signal: AbortSignal,
    work: (signal: AbortSignal, began: (turn: string) => void) => Promise<T>,
  ): Promise<T> {
    if (this.running.has(conversation))
      throw new ChatError('busy', 'This conversation is being answered: stop that first.');
    let end: () => void = () => undefined;
    const running: RunningAnswer = {
      abort: new AbortController(),
      turn: undefined,
      ended: new Promise((resolve) => {
        end = resolve;
      }),
    };
    this.running.set(conversation, running);
    try {
      return await work(AbortSignal.any([signal, running.abort.signal]), (turn) => {
        running.turn = turn;
      });
    } finally {
      this.running.delete(conversation);
      end();
    }
  }

  /** Stops what runs in a conversation; resolves when it has ended. */
  async stop(conversation: string): Promise<void> {
    const running = this.running.get(conversation);
    running?.abort.abort();
    await running?.ended;
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.running.keys()].map((conversation) => this.stop(conversation)));
  }
}
