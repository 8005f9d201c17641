import { fork, type ChildProcess } from 'node:child_process';

/** What went wrong with the peer: never this engine's fault. */
export class PeerError extends Error {
  constructor(
    message: string,
    /** Whether its process is gone. */
    readonly gone: boolean,
  ) {
    super(message);
    this.name = 'PeerError';
  }
}

interface Answer {
  readonly id: number;
  readonly progress?: number;
  readonly result?: unknown;
  readonly error?: string;
}

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: PeerError) => void;
  readonly onProgress: (done: number) => void;
}

/** Enough of what it wrote to say why it died. */
const KEPT_STDERR = 16_384;

/** The peer's process, one call at a time. It may crash, hang or be killed: whatever it does, calls settle. */
export class PeerProcess {
  private readonly child: ChildProcess;
  private readonly closed: Promise<void>;
  private pending: Pending | undefined;
  private silence: NodeJS.Timeout | undefined;
  private stderr = '';
  private end: PeerError | undefined;
  private calls = 0;

  /** `silenceMs`: how long a call may take without a word of progress before the process is killed. */
  constructor(
    script: string,
    private readonly silenceMs: number,
  ) {
    this.child = fork(script, [], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr = (this.stderr + text).slice(-KEPT_STDERR);
    });
    this.child.on('message', (message) => {
      this.hear(message as Answer);
    });
    this.child.on('error', (error) => {
      this.finish(new PeerError(`its process could not be run: ${error.message}`, true));
    });
    this.closed = new Promise((resolve) => {
      this.child.on('close', (code, signal) => {
        this.finish(new PeerError(describeEnd(code, signal, this.stderr), true));
        resolve();
      });
    });
  }

  get running(): boolean {
    return this.end === undefined;
  }

  /** @throws PeerError (as a rejection). A call that began after the process ended gets the reason of its end. */
  call(
    method: string,
    params: object,
    onProgress: (done: number) => void = () => undefined,
  ): Promise<unknown> {
    if (this.end) return Promise.reject(this.end);
    if (this.pending) throw new Error('the peer takes one call at a time');
    return new Promise((resolve, reject) => {
      this.pending = { resolve, reject, onProgress };
      this.watch();
      // Where it cannot be sent, the process is ending, and its end settles the call.
      this.child.send({ id: ++this.calls, method, params }, () => undefined);
    });
  }

  /** Ends the process whatever it is doing, and resolves when it is gone. */
  async stop(): Promise<void> {
    this.finish(new PeerError('it was stopped', true));
    this.child.kill('SIGKILL');
    await this.closed;
  }

  private hear({ id, progress, result, error }: Answer): void {
    if (id !== this.calls || !this.pending) return;
    if (progress !== undefined) {
      this.watch();
      this.pending.onProgress(progress);
      return;
    }
    const { resolve, reject } = this.pending;
    this.settle();
    if (error === undefined) resolve(result);
    else reject(new PeerError(error, false));
  }

  /** Starts the wait for the next word anew. */
  private watch(): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => {
      const seconds = Math.round(this.silenceMs / 1000);
      this.finish(new PeerError(`it said nothing for ${seconds} s and was ended`, true));
      this.child.kill('SIGKILL');
    }, this.silenceMs);
  }

  private settle(): void {
    clearTimeout(this.silence);
    this.pending = undefined;
  }

  /** The first reason counts. */
  private finish(reason: PeerError): void {
    this.end ??= reason;
    const { pending } = this;
    this.settle();
    pending?.reject(this.end);
  }
}

/** `it crashed (SIGABRT): ggml-backend.cpp:1294: GGML_ASSERT(…) failed`. */
export function describeEnd(
  code: number | null,
  signal: NodeJS.Signals | null,
  stderr: string,
): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const said =
    lines.find((line) => /GGML_ASSERT|terminate called|Error:/.test(line)) ?? lines.at(-1);
  // The folder in which somebody built it tells nobody anything.
  const why = said === undefined ? '' : `: ${said.trim().replace(/^\S*\/(?=[\w.-]+:\d+:)/, '')}`;
  return signal === null
    ? `it ended with code ${code ?? '?'}${why}`
    : `it crashed (${signal})${why}`;
}
