import type { ContextPlace, ContextSource } from '../context/snippets/context-source.js';
import type { Snippet } from '../prompt/snippet.js';
import type { PlanMemory } from './plan-memory.js';

/** How long a completion waits for what other files have to say, milliseconds. */
const WAIT_MS = 150;
/** So long before the end it asks for what is there by then. */
const LAST_CALL_MS = 20;

export interface ContextOptions {
  /** What the plan before said of the document, and where this one is written down; without it each plan is the first. */
  readonly planMemory?: PlanMemory;
  /** What the model is shown besides the document; nothing without it. */
  readonly context?: ContextSource;
  /** How long to wait for it, milliseconds, more than 20; 150 by default. What comes later is left out. */
  readonly contextMs?: number;
}

/** What helps at a place, as far as it is there in time. Never rejects. */
export async function snippetsInTime(
  place: Omit<ContextPlace, 'shown'>,
  { context, contextMs = WAIT_MS, planMemory }: ContextOptions,
  signal: AbortSignal,
): Promise<readonly Snippet[]> {
  if (!context || signal.aborted) return [];
  const shown = planMemory?.recall(place.uri)?.snippets ?? [];
  const enough = new AbortController();
  const stop = AbortSignal.any([signal, enough.signal]);
  const gathered = context.snippets({ ...place, shown }, stop);
  // From here on: what it computes before its first wait is nothing that could be cut short.
  const lastCall = setTimeout(() => {
    enough.abort();
  }, contextMs - LAST_CALL_MS);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly Snippet[]>((resolve) => {
    timer = setTimeout(resolve, contextMs, []);
  });
  return Promise.race([gathered, late]).finally(() => {
    clearTimeout(lastCall);
    clearTimeout(timer);
  });
}
