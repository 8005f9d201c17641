import type { Position } from 'vscode-languageserver-textdocument';
import { normalizeNewlines, withEndOfLine } from '../../prompt/newline.js';
import { statsOf, type Completion } from '../completion.js';
import { closesAll, closingBrackets, replacedClosers } from '../filters/closing-brackets.js';
import { evidenceWithin } from '../confidence/evidence.js';
import type { Hole } from '../hole.js';
import { isAutoClosed, MOST_AUTO_CLOSED } from './auto-closed.js';
import type { CachedAnswer, CachePlace, CompletionCache } from './completion-cache.js';

/** The place of a hole in the cache. */
export function placeOf(uri: string, variant: string, { prefix, suffix }: Hole): CachePlace {
  return { uri, variant, prefix, suffix };
}

/** The answer for `place`, also where the editor has closed by itself what the suggestion opens and closes. */
export function findAnswer(
  cache: CompletionCache,
  place: CachePlace,
  hole: Hole,
): CachedAnswer | undefined {
  const exact = cache.get(place);
  if (exact) return exact;
  for (let count = 1; count <= MOST_AUTO_CLOSED; count++) {
    const closers = place.suffix.slice(0, count);
    if (closers.length < count || !isAutoClosed(closers)) return undefined;
    const answer = cache.get({ ...place, suffix: place.suffix.slice(count) });
    if (!answer || !closesAll(answer.text, closers, hole.linePrefix)) continue;
    const context = { hole, shape: answer.shape, maxLines: Infinity };
    const text = answer.text.slice(0, closingBrackets.keep(answer.text, context));
    if (text.trim() !== '')
      return {
        ...answer,
        text,
        ...evidenceWithin(answer, text.length),
        replaced: replacedClosers(text, context),
      };
  }
  return undefined;
}

/** A cached answer as a completion at `start`; it has cost nothing. */
export function cachedCompletion(
  { text, replaced, shape, tokens, statementEnds }: CachedAnswer,
  { eol }: Hole,
  start: Position,
): Completion {
  const nothing = {
    reason: 'end' as const,
    promptTokens: 0,
    residentTokens: 0,
    generatedTokens: 0,
    trimmedTokens: 0,
    healedTokens: 0,
    draftedTokens: 0,
    acceptedTokens: 0,
    prefillMs: 0,
    decodeMs: 0,
  };
  return {
    text: withEndOfLine(text, eol),
    range: { start, end: { ...start, character: start.character + replaced } },
    ...{ shape, tokens, statementEnds },
    stats: statsOf(nothing, 'end'),
  };
}

/** Keeps a completion that has come to its end; half an answer would be one for good. */
export function keepCompletion(
  cache: CompletionCache,
  place: CachePlace,
  { text, range, shape, tokens, statementEnds, stats }: Completion,
): void {
  if (stats.reason === 'aborted') return;
  const replaced = range.end.character - range.start.character;
  cache.set(place, { text: normalizeNewlines(text), replaced, shape, tokens, statementEnds });
}
