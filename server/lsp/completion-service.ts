import { setTimeout as sleep } from 'node:timers/promises';
import type { CancellationToken, Connection, Position } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import {
  cachedCompletion,
  findAnswer,
  keepCompletion,
  placeOf,
} from '../completion/cache/cached-completion.js';
import type { CachePlace, CompletionCache } from '../completion/cache/completion-cache.js';
import { candidatesAfter } from '../completion/candidates.js';
import { completeAt, type CompletionOptions } from '../completion/complete-at.js';
import type { Completion } from '../completion/completion.js';
import { cursorOffset, holeAt } from '../completion/hole.js';
import { worthCompleting } from '../completion/trigger.js';
import { DeviceError, type Engine } from '../engine/contract.js';
import type { PlanMemory } from '../completion/plan-memory.js';
import type { PromptLog } from '../completion/prompt-log.js';
import type { SyntaxSource } from '../completion/syntax-source.js';
import type { ProvenanceGate } from '../provenance/gate.js';
import { RefusedError } from '../provenance/refusal.js';
import { orAborted } from './abortable.js';
import type { Deadlines } from './deadlines.js';
import { describeError } from './describe-error.js';
import type { EngineHost } from './engine-host.js';
import type { RunningRequests } from './running-requests.js';
import type { SettingsStore } from './settings-store.js';
import type { StatusReporter } from './status-reporter.js';

export interface CompletionQuery {
  readonly document: TextDocument;
  readonly position: Position;
  /** Whether it came of itself while somebody typed, and not by a key or a command. */
  readonly automatic: boolean;
}

/** What becomes of a request whose engine was lost to another request's failure. */
const REPLACED = Symbol('replaced');

/** How long somebody who asked for candidates waits for those beside the first, milliseconds. */
const CANDIDATES_MS = 3000;

/** What both completion requests share: whether to answer, when to give up, and what to say about it. */
export class CompletionService {
  constructor(
    private readonly connection: Connection,
    private readonly settings: SettingsStore,
    private readonly host: EngineHost,
    private readonly gate: ProvenanceGate,
    private readonly cache: CompletionCache,
    private readonly requests: RunningRequests,
    private readonly planMemory: PlanMemory,
    private readonly promptLog: PromptLog,
    private readonly syntax: SyntaxSource,
    private readonly status: StatusReporter,
    private readonly deadlines: Deadlines,
  ) {}

  /**
   * The likeliest completion first; more than one only where somebody asked for them. Resolves to none where there is
   * nothing to offer: switched off, not the place, no model, overtaken, cancelled, too slow, or failed. The status says
   * why where a person can act. Never rejects.
   */
  async complete(
    { document, position, automatic }: CompletionQuery,
    token: CancellationToken,
  ): Promise<readonly Completion[]> {
    const offset = cursorOffset(document, position);
    const hole = holeAt(document.getText(), offset, document.languageId);
    if (automatic && !worthCompleting(hole)) return [];
    const request = this.requests.begin(document.uri, token);
    try {
      if (!(await this.isWanted(document, request.signal))) return [];
      const place = placeOf(document.uri, this.variant(document.languageId), hole);
      const known = findAnswer(this.cache, place, hole);
      if (known) {
        if (known.text === '') return [];
        const first = cachedCompletion(known, hole, document.positionAt(offset));
        return automatic ? [first] : await this.candidates(first, document, request.signal);
      }
      let engine = await this.engine(automatic, request.signal);
      // A document that changed meanwhile has aborted the request: the offset still fits.
      while (engine && !request.signal.aborted) {
        const completion = await this.generate(document, offset, place, engine, request.signal);
        if (completion !== REPLACED) {
          if (!completion || automatic) return completion ? [completion] : [];
          return await this.candidates(completion, document, request.signal);
        }
        engine = await this.host.engine(this.patience(request.signal));
      }
      return [];
    } finally {
      request.end();
    }
  }

  /** Whether the settings and the gate let this document be completed. */
  private async isWanted({ uri, languageId }: TextDocument, signal: AbortSignal): Promise<boolean> {
    await orAborted(this.settings.known, this.patience(signal));
    const { enable, disabledLanguages } = this.settings.current;
    if (!enable || disabledLanguages.includes(languageId)) return false;
    const refusal = await this.gate.refuses(uri, 'document');
    if (refusal) {
      this.status.completionStarted();
      this.status.completionRefused(refusal);
    }
    return !refusal && !signal.aborted;
  }

  /** What an answer depends on besides the document. */
  private variant(languageId: string): string {
    const { model, contextLength, device, kvCache, maxTokens, maxLines } = this.settings.current;
    return JSON.stringify([languageId, model, contextLength, device, kvCache, maxTokens, maxLines]);
  }

  /** The engine, once it is quiet and the model has loaded; `undefined` where that is too late. */
  private async engine(automatic: boolean, signal: AbortSignal): Promise<Engine | undefined> {
    if (automatic) await pause(this.settings.current.debounce, signal);
    const engine = await this.host.engine(this.patience(signal));
    // A model that cannot fill holes was reported when it was loaded.
    return engine?.info.fim === 'none' ? undefined : engine;
  }

  /** Aborts with `signal`, or when a model has had its time to load. */
  private patience(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, AbortSignal.timeout(this.deadlines.readyMs)]);
  }

  /** `first` and what else could stand there, as far as it comes in time. */
  private async candidates(
    first: Completion,
    document: TextDocument,
    signal: AbortSignal,
  ): Promise<readonly Completion[]> {
    const engine = await this.engine(false, signal);
    if (!engine) return [first];
    const late = AbortSignal.any([signal, AbortSignal.timeout(CANDIDATES_MS)]);
    const offset = document.offsetAt(first.range.start);
    this.status.completionStarted();
    const all = await candidatesAfter(first, document, offset, engine, this.options(), late);
    this.status.completionEnded(0);
    // The document may have changed meanwhile: what was found is of the past.
    return signal.aborted ? [] : all;
  }

  private options(): CompletionOptions {
    const { maxTokens, maxLines } = this.settings.current;
    const { gate, planMemory, syntax } = this;
    return { maxTokens, maxLines, gate, planMemory, syntax };
  }

  private async generate(
    document: TextDocument,
    offset: number,
    place: CachePlace,
    engine: Engine,
    signal: AbortSignal,
  ): Promise<Completion | undefined | typeof REPLACED> {
    const late = AbortSignal.timeout(this.deadlines.completionMs);
    this.status.completionStarted();
    try {
      // Of all candidates, the first one's prompt is the one that was computed.
      const options = { ...this.options(), promptLog: this.promptLog };
      const either = AbortSignal.any([signal, late]);
      const completion = await completeAt(document, offset, engine, options, either);
      if (late.aborted) {
        const seconds = this.deadlines.completionMs / 1000;
        this.fail(
          new Error(`it took more than ${seconds} s`),
          'Lower lacuna.contextLength or lacuna.maxTokens, or use a smaller model.',
        );
        return undefined;
      }
      const { reason, tokensPerSecond } = completion.stats;
      if (reason === 'aborted' && !either.aborted && this.host.replaced(engine)) {
        return this.replaced();
      }
      // What was aborted may have run on a model that is gone: its speed says nothing.
      this.status.completionEnded(reason === 'aborted' ? 0 : tokensPerSecond);
      keepCompletion(this.cache, place, completion);
      return completion.text === '' ? undefined : completion;
    } catch (error) {
      if (error instanceof DeviceError && this.host.replaced(engine)) return this.replaced();
      if (error instanceof RefusedError) {
        this.status.completionRefused(error.refusal);
        return undefined;
      }
      this.host.requestFailed(engine, error);
      this.fail(error);
      return undefined;
    }
  }

  private replaced(): typeof REPLACED {
    this.status.completionEnded(0);
    return REPLACED;
  }

  private fail(error: unknown, whatToDo?: string): void {
    const { message, remedy } = describeError(error);
    this.connection.console.error(`A completion failed: ${message}`);
    this.status.completionFailed(`The latest completion failed: ${message}.`, whatToDo ?? remedy);
  }
}

/** Returns early, and not by throwing, where `signal` aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0) return;
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
