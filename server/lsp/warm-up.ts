import type { Connection } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { snapshot } from '../completion/ahead/accepted.js';
import { movedOffset } from '../completion/ahead/moved-offset.js';
import { holeAt } from '../completion/hole.js';
import {
  isFarBehind,
  promptAt,
  type HolePrompt,
  type PreviousPlan,
  type PromptOptions,
} from '../completion/prompt-at.js';
import { treeOf } from '../completion/syntax-source.js';
import { PlanMemory } from '../completion/plan-memory.js';
import type { Engine, PromptPlan } from '../engine/contract.js';
import { RefusedError } from '../provenance/refusal.js';
import { orAborted } from './abortable.js';
import type { CompletionSetup } from './completion-setup.js';
import { describeError } from '../engine/describe-error.js';
import type { EngineHost } from './engine-host.js';
import type { SettingsStore } from './settings-store.js';

/** How long it may take, loading the model included, milliseconds. */
const MOST_MS = 30_000;
/** Documents whose cursor is known, at most. */
const MOST_KNOWN = 64;

/** Where the cursor was when somebody last asked. */
interface Known {
  readonly text: string;
  readonly offset: number;
}

type Work = (engine: Engine, signal: AbortSignal) => Promise<void>;

/**
 * Computes prompts before anybody asks: of a document that was opened, that got the focus or that was saved, and while an
 * answer is looked at, with a new anchor where the present one is far behind. One at a time, in the lane that gives way to
 * all others; any request ends it.
 */
export class WarmUp {
  private readonly known = new Map<string, Known>();
  private running: AbortController | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly settings: SettingsStore,
    private readonly setup: CompletionSetup,
    private readonly host: EngineHost,
    private readonly planMemory: PlanMemory,
  ) {}

  /** Somebody asks at `offset`: nobody needs to guess where the cursor is. */
  asked(document: TextDocument, offset: number): void {
    this.abort();
    this.known.delete(document.uri);
    this.known.set(document.uri, { text: document.getText(), offset });
    for (const oldest of this.known.keys()) {
      if (this.known.size <= MOST_KNOWN) break;
      this.known.delete(oldest);
    }
  }

  /** A document has been opened, has got the focus or has been saved. */
  touched(document: TextDocument): void {
    this.begin(document, (engine, signal) => this.prompt(snapshot(document), engine, signal));
  }

  /** What was asked for at `offset` is known, and somebody looks at it. */
  answered(document: TextDocument, offset: number): void {
    const latest = this.planMemory.recall(document.uri);
    if (!latest?.hole.begun.includes('\n')) return;
    this.begin(document, (engine, signal) =>
      this.anchorAnew(snapshot(document), offset, latest, engine, signal),
    );
  }

  abort(): void {
    this.running?.abort();
    this.running = undefined;
  }

  private begin(document: TextDocument, work: Work): void {
    this.abort();
    const running = new AbortController();
    this.running = running;
    const signal = AbortSignal.any([running.signal, AbortSignal.timeout(MOST_MS)]);
    void this.run(document.languageId, work, signal);
  }

  private async run(languageId: string, work: Work, signal: AbortSignal): Promise<void> {
    await orAborted(this.settings.known, signal);
    if (!this.setup.worksAhead(languageId)) return;
    const engine = await this.host.engine(signal);
    if (!engine || engine.info.fim === 'none' || signal.aborted) return;
    try {
      await work(engine, signal);
    } catch (error) {
      if (error instanceof RefusedError) return;
      this.host.requestFailed(engine, error);
      this.connection.console.error(`Warming up failed: ${describeError(error).message}`);
    }
  }

  /** Computes what will likely be asked, where enough of it is known. */
  private async prompt(document: TextDocument, engine: Engine, signal: AbortSignal): Promise<void> {
    const known = this.known.get(document.uri);
    const text = document.getText();
    const options = this.setup.options();
    if (known) {
      const offset = movedOffset(known.text, text, known.offset);
      const { plan } = await this.promptAt(document, offset, engine, options, signal);
      await compute(plan, engine, signal);
      return;
    }
    // Wherever the cursor will be, a model that reads the prefix first begins with the document's; one that reads the
    // suffix first begins with nobody knows what.
    if (engine.info.fim !== 'psm') return;
    const anywhere = { ...options, plan: 'plain', planMemory: new PlanMemory() } as const;
    const { plan } = await this.promptAt(document, text.length, engine, anywhere, signal);
    if (plan.hole.cuts.start === 0) await compute(plan, engine, signal);
  }

  /** Computes a prompt with a new anchor, which the next one keeps, if nobody has asked meanwhile. */
  private async anchorAnew(
    document: TextDocument,
    offset: number,
    latest: PreviousPlan,
    engine: Engine,
    signal: AbortSignal,
  ): Promise<void> {
    const options = this.setup.options();
    if (!isFarBehind(latest, engine, options.maxTokens)) return;
    const anew = { ...options, planMemory: new PlanMemory() };
    const { plan } = await this.promptAt(document, offset, engine, anew, signal);
    const { uri } = document;
    if (!(await compute(plan, engine, signal)) || this.planMemory.recall(uri) !== latest) return;
    this.planMemory.remember(uri, plan);
  }

  private async promptAt(
    document: TextDocument,
    offset: number,
    engine: Engine,
    options: PromptOptions,
    signal: AbortSignal,
  ): Promise<HolePrompt> {
    const { uri, languageId } = document;
    const text = document.getText();
    const tree = await treeOf(uri, text, this.setup.options().syntax, signal);
    try {
      const place = { uri, languageId, text, offset, tree };
      return await promptAt(place, holeAt(text, offset, languageId), engine, options, signal);
    } finally {
      tree?.dispose();
    }
  }
}

/** Whether all of the prompt is known now. */
async function compute(plan: PromptPlan, engine: Engine, signal: AbortSignal): Promise<boolean> {
  const { reason } = await engine.generate(plan, { lane: 'warm', maxTokens: 0, signal }).summary;
  return reason !== 'aborted';
}
