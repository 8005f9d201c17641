import type { ContextPlace } from '../context/snippets/context-source.js';
import { EngineError, type Engine, type FimLayout } from '../engine/contract.js';
import { longestBegun } from '../prompt/anchor.js';
import type { PlanKind } from '../prompt/arrange-hole.js';
import { planFim, type FimPlan } from '../prompt/fim-plan.js';
import type { PreviousPlan } from '../prompt/previous-plan.js';
import type { ProvenanceGate } from '../provenance/gate.js';
import { RefusedError } from '../provenance/refusal.js';
import type { HoleText } from '../provenance/redact.js';
import { snippetsInTime, type ContextOptions } from './snippets-in-time.js';

export type { PreviousPlan } from '../prompt/previous-plan.js';
export { planKinds, type PlanKind } from '../prompt/arrange-hole.js';

export interface PromptOptions extends ContextOptions {
  /** What may enter the prompt. */
  readonly gate: ProvenanceGate;
  /** Most tokens of an answer; ≥ 1. At most a quarter of the model's context is left to it. */
  readonly maxTokens: number;
  /** How the prompt is planned; by default, `anchored`. */
  readonly plan?: PlanKind;
}

/** The cursor's place in a document, as those see it who know what helps there. */
export type PromptPlace = Omit<ContextPlace, 'shown'>;

/** What a model is asked with. */
export interface HolePrompt {
  readonly plan: FimPlan;
  /** Secrets that were replaced. */
  readonly redactions: number;
}

/**
 * The prompt for a hole at `place`, of which `hole` says prefix and suffix.
 *
 * @throws RefusedError where the gate keeps the document out of the prompt.
 * @throws EngineError where the model cannot fill holes.
 */
export async function promptAt(
  place: PromptPlace,
  hole: HoleText,
  engine: Engine,
  options: PromptOptions,
  signal: AbortSignal,
): Promise<HolePrompt> {
  const { gate, maxTokens, plan: kind = 'anchored', planMemory } = options;
  const { uri, languageId } = place;
  const { passed, refusal } = await gate.document(uri, hole);
  if (refusal) throw new RefusedError(refusal);
  const snippets = await snippetsInTime(place, options, signal);
  const plan = planFim({
    prefix: passed.content.prefix,
    suffix: passed.content.suffix,
    source: uri,
    languageId,
    snippets,
    layout: layoutOf(engine),
    // All shapes leave the same room: were it to change from line to line, so would the cuts of a long document.
    budgetTokens: engine.info.contextLength - answerTokens(engine, maxTokens),
    countTokens: (text) => engine.countTokens(text),
    kind,
    previous: planMemory?.recall(uri),
  });
  planMemory?.remember(uri, plan);
  return { plan, redactions: passed.redactions };
}

/**
 * Whether an anchor stands so far in front of the cursor that it will move before long: a new one can be prepared while
 * nobody waits. It would stand on the cursor's line, so one on that line is not far.
 */
export function isFarBehind({ hole }: PreviousPlan, engine: Engine, maxTokens: number): boolean {
  const most = longestBegun(engine.info.contextLength - answerTokens(engine, maxTokens));
  return hole.begun.includes('\n') && engine.countTokens(hole.begun) > most / 2;
}

/** Tokens of the context that are left to an answer of at most `maxTokens`. */
export function answerTokens({ info }: Engine, maxTokens: number): number {
  return Math.max(1, Math.min(maxTokens, Math.floor(info.contextLength / 4)));
}

function layoutOf({ info }: Engine): Exclude<FimLayout, 'none'> {
  if (info.fim !== 'none') return info.fim;
  throw new EngineError(
    `the model ${info.model} cannot fill holes`,
    info.fimRemedy ?? 'Use a base model that was trained to fill in the middle.',
  );
}
