import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Engine, Sampling } from '../engine/contract.js';
import { completeAt } from './complete-at.js';
import type { CompletionOptions } from './completion-options.js';
import type { Completion } from './completion.js';

/**
 * How the candidates beside the greedy one are drawn, one each. The seeds are fixed: asked again, the same come again.
 */
const drawn: readonly Sampling[] = [1, 2].map((seed) => ({ temperature: 0.8, topP: 0.95, seed }));

/**
 * What else could stand where `first` was offered: `first` and up to two more, all different. The prompt is resident by
 * then, so they cost no prefill; they are decoded side by side. Those that have not ended when `signal` aborts, or that
 * fail, are left out: what is known must not be lost to them. Never rejects.
 */
export async function candidatesAfter(
  first: Completion,
  document: TextDocument,
  offset: number,
  engine: Engine,
  options: CompletionOptions,
  signal: AbortSignal,
): Promise<Completion[]> {
  const others = await Promise.allSettled(
    drawn.map((sampling) =>
      completeAt(document, offset, engine, { ...options, sampling, shape: first.shape }, signal),
    ),
  );
  const more = others.flatMap((other) => (other.status === 'fulfilled' ? [other.value] : []));
  return distinct([first, ...byFaults(more)]);
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
