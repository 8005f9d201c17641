import { setTimeout as sleep } from 'node:timers/promises';
import type { CancellationToken, Position } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { snapshot } from '../completion/ahead/accepted.js';
import type { Flight } from '../completion/ahead/flight.js';
import type { Flights } from '../completion/ahead/flights.js';
import { cachedCompletion, findAnswer, placeOf } from '../completion/cache/cached-completion.js';
import type { CachePlace, CompletionCache } from '../completion/cache/completion-cache.js';
import { candidatesAfter } from '../completion/candidates.js';
import type { Completion } from '../completion/completion.js';
import { cursorOffset, holeAt, type Hole } from '../completion/hole.js';
import type { PromptLog } from '../completion/prompt-log.js';
import { worthCompleting } from '../completion/trigger.js';
import type { Engine } from '../engine/contract.js';
import type { ProvenanceGate } from '../provenance/gate.js';
import { orAborted } from './abortable.js';
import type { CompletionRunner } from './completion-runner.js';
import type { CompletionSetup } from './completion-setup.js';
import { patience, type Deadlines } from './deadlines.js';
import type { ConfidenceGate } from './confidence-gate.js';
import type { EngineHost } from './engine-host.js';
import type { NextCompletion } from './next-completion.js';
import type { RunningRequests } from './running-requests.js';
import type { SettingsStore } from './settings-store.js';
import type { StatusReporter } from './status-reporter.js';
import type { WarmUp } from './warm-up.js';

export interface CompletionQuery {
  readonly document: TextDocument;
  readonly position: Position;
  /** Whether it came of itself while somebody typed, and not by a key or a command. */
  readonly automatic: boolean;
  /** Whether it is offered as one item among those of a list, and not written at the cursor by itself. */
  readonly listed?: boolean;
}

/** A request at its place. */
interface Asked extends CompletionQuery {
  readonly offset: number;
  readonly hole: Hole;
  readonly place: CachePlace;
}

/** How long somebody who asked for candidates waits for those beside the first, milliseconds. */
const CANDIDATES_MS = 3000;

/** What both completion requests share: whether to answer, from where, and when to give up. */
export class CompletionService {
  constructor(
    private readonly settings: SettingsStore,
    private readonly setup: CompletionSetup,
    private readonly host: EngineHost,
    private readonly gate: ProvenanceGate,
    private readonly cache: CompletionCache,
    private readonly requests: RunningRequests,
    private readonly flights: Flights,
    private readonly runner: CompletionRunner,
    private readonly next: NextCompletion,
    private readonly warmUp: WarmUp,
    private readonly promptLog: PromptLog,
    private readonly confidence: ConfidenceGate,
    private readonly status: StatusReporter,
    private readonly deadlines: Deadlines,
  ) {}

  /**
   * The likeliest completion first; more than one only where somebody asked for them. Resolves to none where there is
   * nothing to offer: switched off, not the place, no model, overtaken, cancelled, too slow, or failed. The status says
   * why where a person can act. Never rejects.
   */
  async complete(query: CompletionQuery, token: CancellationToken): Promise<readonly Completion[]> {
    const { document, position, automatic } = query;
    const { uri, languageId } = document;
    const offset = cursorOffset(document, position);
    const hole = holeAt(document.getText(), offset, languageId);
    if (automatic && !worthCompleting(hole)) return [];
    const asked = {
      ...query,
      offset,
      hole,
      place: placeOf(uri, this.setup.variant(languageId), hole),
    };
    // Joined before this request takes the place of the one that waits for it, which is its end otherwise.
    const flight = this.flights.join(asked.place);
    const request = this.requests.begin(uri, token);
    this.warmUp.asked(document, offset);
    try {
      if (!(await this.isWanted(document, request.signal))) return [];
      const first =
        this.known(asked) ??
        (flight && (await this.joined(asked, flight, request.signal))) ??
        (await this.generated(asked, request.signal));
      if (!first || first.text === '' || request.signal.aborted) return [];
      const shown = this.confidence.pass(first, hole, uri, automatic && !query.listed);
      if (shown) this.next.follow(document, shown, asked.place);
      this.warmUp.answered(document, offset);
      if (!shown || automatic) return shown ? [shown] : [];
      return await this.candidates(shown, document, request.signal);
    } finally {
      flight?.leave();
      request.end();
    }
  }

  /** Whether the settings and the gate let this document be completed. */
  private async isWanted({ uri, languageId }: TextDocument, signal: AbortSignal): Promise<boolean> {
    await orAborted(this.settings.known, patience(signal, this.deadlines.readyMs));
    if (!this.setup.completes(languageId)) return false;
    const refusal = await this.gate.refuses(uri, 'document');
    if (refusal) {
      this.status.completionStarted(uri);
      this.status.completionRefused(refusal, uri);
    }
    return !refusal && !signal.aborted;
  }

  private known({ place, hole, document, offset }: Asked): Completion | undefined {
    const answer = findAnswer(this.cache, place, hole);
    return answer && cachedCompletion(answer, hole, document.positionAt(offset));
  }

  /** What a generation under way comes to, if it turns out to be the answer here too. */
  private async joined(
    asked: Asked,
    flight: Flight,
    signal: AbortSignal,
  ): Promise<Completion | undefined> {
    const completion = await flight.at(asked.place, signal);
    if (signal.aborted) return undefined;
    const known = this.known(asked);
    // It was no answer that was known: the model has just worked for it.
    return known && completion ? { ...known, stats: completion.stats } : known;
  }

  private async generated(asked: Asked, signal: AbortSignal): Promise<Completion | undefined> {
    const { document, offset, place, automatic } = asked;
    const drafts = this.next.interrupt(place);
    const engine = await this.engine(automatic, signal);
    // A document that changed meanwhile has aborted the request: the offset still fits.
    if (!engine || signal.aborted) return undefined;
    const copy = snapshot(document);
    // Of all candidates, the first one's prompt is the one that was computed.
    const setup = this.setup.options();
    const options = {
      ...{ ...setup, promptLog: this.promptLog },
      drafts: [...(setup.drafts ?? []), ...drafts],
    };
    const flight = this.flights.start(place, (until, onGenerated) =>
      this.runner.run(copy, offset, place, engine, { ...options, onGenerated }, until),
    );
    try {
      return await orAborted(flight.ended, signal);
    } finally {
      flight.leave();
    }
  }

  /** The engine, once it is quiet and the model has loaded; `undefined` where that is too late. */
  private async engine(automatic: boolean, signal: AbortSignal): Promise<Engine | undefined> {
    if (automatic) await pause(this.settings.current.debounce, signal);
    const engine = await this.host.engine(patience(signal, this.deadlines.readyMs));
    // A model that cannot fill holes was reported when it was loaded.
    return engine?.info.fim === 'none' ? undefined : engine;
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
    this.status.completionStarted(document.uri);
    const all = await candidatesAfter(first, document, offset, engine, this.setup.options(), late);
    this.status.completionEnded(document.uri, 0);
    // The document may have changed meanwhile: what was found is of the past.
    return signal.aborted ? [] : all;
  }
}

/** Returns early, and not by throwing, where `signal` aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0) return;
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
