import type { Connection } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { accepted, type Accepted } from '../completion/ahead/accepted.js';
import { PartialAnswer } from '../completion/ahead/partial-answer.js';
import { findAnswer, keepCompletion, placeOf } from '../completion/cache/cached-completion.js';
import type { CachePlace, CompletionCache } from '../completion/cache/completion-cache.js';
import { completeAt } from '../completion/complete-at.js';
import type { CompletionOptions } from '../completion/completion-options.js';
import type { Completion } from '../completion/completion.js';
import { holeAt } from '../completion/hole.js';
import type { PlanMemory } from '../completion/plan-memory.js';
import { worthCompleting } from '../completion/trigger.js';
import type { SyntaxService } from '../context/syntax/syntax-service.js';
import type { Engine, PromptPlan } from '../engine/contract.js';
import { RefusedError } from '../provenance/refusal.js';
import type { CompletionSetup } from './completion-setup.js';
import { describeError } from '../engine/describe-error.js';
import type { EngineHost } from './engine-host.js';

interface Running {
  /** What is shown: who types it is on the way to accept it. */
  readonly shown: PartialAnswer;
  /** What comes next, as far as it was generated. */
  readonly next: PartialAnswer;
  readonly abort: AbortController;
}

/** How long the tree of a document with a completion in it may take, and how long the work as a whole; milliseconds. */
const TREE_MS = 20;
const MOST_MS = 30_000;
/** What a prompt may cost that perhaps nobody will ask for: tokens that the model does not know yet. */
const MOST_PREFILLED = 512;
/** How much of the text before an answer goes with it as a draft, so that it is found there; UTF-16 units. */
const DRAFT_CONTEXT = 200;

/**
 * While a completion is shown, what will be offered once it is accepted: the answer is kept like any other, and is there at
 * once. One at a time, in the lane that gives way to all that somebody waits for.
 */
export class NextCompletion {
  private running: Running | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly setup: CompletionSetup,
    private readonly host: EngineHost,
    private readonly cache: CompletionCache,
    private readonly planMemory: PlanMemory,
    private readonly syntax: SyntaxService,
  ) {}

  /** `shown` is on its way to the editor, for `place` in `document`. */
  follow(document: TextDocument, shown: Completion, place: CachePlace): void {
    if (!this.setup.worksAhead(document.languageId)) return;
    const after = accepted(document, shown);
    const { uri, languageId } = document;
    const hole = holeAt(after.document.getText(), after.offset, languageId);
    const next = new PartialAnswer(placeOf(uri, place.variant, hole));
    if (samePlace(this.running?.next.place, next.place)) return;
    this.abort();
    if (!worthCompleting(hole) || findAnswer(this.cache, next.place, hole)) return;
    const abort = new AbortController();
    const running = { shown: new PartialAnswer(place, shown.text), next, abort };
    this.running = running;
    void this.work(document.getText(), after, running).finally(() => {
      if (this.running === running) this.running = undefined;
    });
  }

  /** A document is `text` (LF line ends) by now: what is of no use for it ends. */
  changed(uri: string, text: string): void {
    const { shown, next } = this.running ?? {};
    if (next?.place.uri !== uri || next.servesIn(text) || shown?.servesIn(text)) return;
    this.abort();
  }

  /**
   * Ends what runs, since somebody waits for an answer that is not known. Gives what there is of it to copy drafts from,
   * where that is the same place.
   */
  interrupt(place: CachePlace): readonly string[] {
    const next = this.running?.next;
    this.abort();
    if (!next || next.text === '' || !next.serves(place)) return [];
    return [next.place.prefix.slice(-DRAFT_CONTEXT) + next.text];
  }

  abort(): void {
    this.running?.abort.abort();
    this.running = undefined;
  }

  private async work(source: string, after: Accepted, { next, abort }: Running): Promise<void> {
    const signal = AbortSignal.any([abort.signal, AbortSignal.timeout(MOST_MS)]);
    const { uri } = after.document;
    const now = this.syntax.tree(uri);
    const tree = now?.text === source ? now.withEdit(after.edit, TREE_MS) : undefined;
    const engine = await this.host.engine(signal);
    try {
      if (!engine || engine.info.fim === 'none' || signal.aborted) return;
      const options: CompletionOptions = {
        ...this.setup.options(),
        lane: 'speculate',
        // Planned behind what is shown, but nobody knows yet that it will come to that.
        planMemory: this.planMemory.copy(uri),
        syntax: { ready: () => Promise.resolve(tree) },
        onPlan: (plan) => {
          if (tokensOf(plan, engine) - engine.resident(plan) > MOST_PREFILLED) abort.abort();
        },
        onGenerated: (text) => {
          next.grow(text);
        },
      };
      const completion = await completeAt(after.document, after.offset, engine, options, signal);
      keepCompletion(this.cache, next.place, completion);
    } catch (error) {
      if (error instanceof RefusedError || !engine) return;
      this.host.requestFailed(engine, error);
      this.connection.console.error(`Working ahead failed: ${describeError(error).message}`);
    } finally {
      tree?.dispose();
    }
  }
}

function tokensOf({ segments }: PromptPlan, engine: Engine): number {
  return segments.reduce(
    (sum, segment) => sum + (segment.kind === 'text' ? engine.countTokens(segment.text) : 1),
    0,
  );
}

function samePlace(one: CachePlace | undefined, other: CachePlace): boolean {
  return (
    one?.uri === other.uri &&
    one.variant === other.variant &&
    one.prefix === other.prefix &&
    one.suffix === other.suffix
  );
}
