import type { ContextPlace } from '../context/snippets/context-source.js';
import type { Snippet } from '../prompt/snippet.js';
import type { CompletionOptions } from './complete-at.js';

/** How long a completion waits for what other files have to say, milliseconds: first it asks for what is there by then. */
const ASK_MS = 130;
const WAIT_MS = 150;

/** What helps at a place, as far as it is there in time. Never rejects. */
export async function snippetsInTime(
  place: Omit<ContextPlace, 'shown'>,
  { context, planMemory }: Pick<CompletionOptions, 'context' | 'planMemory'>,
  signal: AbortSignal,
): Promise<readonly Snippet[]> {
  if (!context || signal.aborted) return [];
  const shown = planMemory?.recall(place.uri)?.snippets ?? [];
  const enough = AbortSignal.any([signal, AbortSignal.timeout(ASK_MS)]);
  const gathered = context.snippets({ ...place, shown }, enough);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly Snippet[]>((resolve) => {
    timer = setTimeout(resolve, WAIT_MS, []);
  });
  return Promise.race([gathered, late]).finally(() => {
    clearTimeout(timer);
  });
}
