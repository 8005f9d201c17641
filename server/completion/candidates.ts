import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Engine, Sampling } from '../engine/contract.js';
import { completeAt } from './complete-at.js';
import type { CompletionOptions } from './completion-options.js';
import type { Completion } from './completion.js';

/**
 * How the candidates beside the greedy one are drawn, one each. The seeds are fixed: asked again, the same come again.
 */
const drawn: readonly Sampling[] = [1, 2].map((seed) => ({ temperature: 0.8, topP: 0.95, seed }));

/** How many candidates there are at most. */
const MOST = 3;

/**
 * What else could stand where `first` was offered: `first` and up to two more, all different. Where the model searches for
 * lines, what that finds beside the best one comes first; what is missing then is drawn. The prompt is resident by then, so
 * they cost no prefill; those that are drawn are decoded side by side. Those that have not ended when `signal` aborts, or
 * that fail, are left out: what is known must not be lost to them. Never rejects.
 */
export async function candidatesAfter(
  first: Completion,
  document: TextDocument,
  offset: number,
  engine: Engine,
  options: CompletionOptions,
  signal: AbortSignal,
): Promise<Completion[]> {
  const complete = (how: Pick<CompletionOptions, 'sampling' | 'onOther'>) =>
    completeAt(document, offset, engine, { ...options, ...how, shape: first.shape }, signal);
  const found: Completion[] = [];
  const searches = first.shape === 'line' && (engine.info.beam ?? 1) > 1;
  if (searches) {
    const onOther = (completion: Completion) => found.push(completion);
    await Promise.allSettled([complete({ onOther })]);
  }
  const likeliest = distinct([first, ...byFaults(found)]);
  if (likeliest.length >= MOST) return likeliest.slice(0, MOST);
  const others = await Promise.allSettled(drawn.map((sampling) => complete({ sampling })));
  const more = others.flatMap((other) => (other.status === 'fulfilled' ? [other.value] : []));
  return distinct([...likeliest, ...byFaults(more)]).slice(0, MOST);
}

/** Those that leave fewer syntax errors first, otherwise in their order. */
export function byFaults(completions: readonly Completion[]): Completion[] {
  return [...completions].sort((a, b) => (a.newFaults ?? 0) - (b.newFaults ?? 0));
}

/** Those with something to offer, each text once: of two that differ in blanks at the end alone, the earlier. */
export function distinct(completions: readonly Completion[]): Completion[] {
  const byText = new Map<string, Completion>();
  for (const completion of completions) {
    const key = completion.text.trimEnd();
    if (key !== '' && !byText.has(key)) byText.set(key, completion);
  }
  return [...byText.values()];
}
