import type { Connection } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { keepCompletion } from '../completion/cache/cached-completion.js';
import type { CachePlace, CompletionCache } from '../completion/cache/completion-cache.js';
import { completeAt } from '../completion/complete-at.js';
import type { CompletionOptions } from '../completion/completion-options.js';
import type { Completion } from '../completion/completion.js';
import { DeviceError, type Engine } from '../engine/contract.js';
import { RefusedError } from '../provenance/refusal.js';
import { patience, type Deadlines } from './deadlines.js';
import { describeError } from '../engine/describe-error.js';
import type { EngineHost } from './engine-host.js';
import type { StatusReporter } from './status-reporter.js';

/** What becomes of a request whose engine was lost to another request's failure. */
const REPLACED = Symbol('replaced');

/** Has the model fill a hole that somebody waits for, keeps the answer, and says what went wrong. */
export class CompletionRunner {
  constructor(
    private readonly connection: Connection,
    private readonly host: EngineHost,
    private readonly cache: CompletionCache,
    private readonly status: StatusReporter,
    private readonly deadlines: Deadlines,
  ) {}

  /**
   * The completion at `place`, which is `offset` in a document that must not change; `undefined` where there is nothing to
   * offer, where it takes too long, where it failed, or where `signal` aborts. Where `first` is lost meanwhile, the engine
   * behind it goes on. Never rejects.
   */
  async run(
    document: TextDocument,
    offset: number,
    place: CachePlace,
    first: Engine,
    options: CompletionOptions,
    signal: AbortSignal,
  ): Promise<Completion | undefined> {
    let engine: Engine | undefined = first;
    while (engine && !signal.aborted) {
      const completion = await this.attempt(document, offset, place, engine, options, signal);
      if (completion !== REPLACED) return completion;
      engine = await this.host.engine(patience(signal, this.deadlines.readyMs));
    }
    return undefined;
  }

  private async attempt(
    document: TextDocument,
    offset: number,
    place: CachePlace,
    engine: Engine,
    options: CompletionOptions,
    signal: AbortSignal,
  ): Promise<Completion | undefined | typeof REPLACED> {
    const late = AbortSignal.timeout(this.deadlines.completionMs);
    this.status.completionStarted(document.uri);
    try {
      const either = AbortSignal.any([signal, late]);
      const completion = await completeAt(document, offset, engine, options, either);
      if (late.aborted) {
        const seconds = this.deadlines.completionMs / 1000;
        this.fail(
          document,
          new Error(`it took more than ${seconds} s`),
          'Lower lacuna.contextLength or lacuna.maxTokens, or use a smaller model.',
        );
        return undefined;
      }
      const { reason, tokensPerSecond } = completion.stats;
      if (reason === 'aborted' && !either.aborted && this.host.replaced(engine)) {
        return this.replaced(document);
      }
      // What was aborted may have run on a model that is gone: its speed says nothing.
      this.status.completionEnded(document.uri, reason === 'aborted' ? 0 : tokensPerSecond);
      keepCompletion(this.cache, place, completion);
      return completion.text === '' ? undefined : completion;
    } catch (error) {
      if (error instanceof DeviceError && this.host.replaced(engine))
        return this.replaced(document);
      if (error instanceof RefusedError) {
        this.status.completionRefused(error.refusal, document.uri);
        return undefined;
      }
      this.host.requestFailed(engine, error);
      this.fail(document, error);
      return undefined;
    }
  }

  private replaced({ uri }: TextDocument): typeof REPLACED {
    this.status.completionEnded(uri, 0);
    return REPLACED;
  }

  private fail({ uri }: TextDocument, error: unknown, whatToDo?: string): void {
    const { message, remedy } = describeError(error);
    this.connection.console.error(`A completion failed: ${message}`);
    this.status.completionFailed(
      uri,
      `The latest completion failed: ${message}.`,
      whatToDo ?? remedy,
    );
  }
}
