/**
 * Which snippets a prompt shows, and in which order. What stands in front of a document must not change while somebody
 * types, or the KV cache of everything behind it is lost. So what was shown stays where it is, new snippets go behind it,
 * and only where that leaves out too much of what matters now is the whole chosen anew.
 */

import { sameSnippet, type Snippet } from './snippet.js';

export interface SnippetChoice {
  /** What would help now, best first; what was shown and is no longer among them is gone or has changed. */
  readonly candidates: readonly Snippet[];
  /** What the prompt before has shown, in its order. */
  readonly previous: readonly Snippet[];
  /** Tokens that all of them may take. */
  readonly budgetTokens: number;
  /** Tokens of a snippet as it will stand in the prompt. */
  readonly tokensOf: (snippet: Snippet) => number;
}

/** Share of what matters that must be missing before anything is added, or before all is chosen anew. */
const ADD_AT = 0.3;
const RENEW_AT = 0.5;
/** Share of the budget that a choice made anew leaves for what will be added. */
const SLACK = 0.25;

/**
 * The snippets to show, oldest first: all but the latest keep their place from prompt to prompt. Of a choice made anew the
 * best stands last, nearest to the document. Never takes more than the budget; the same arguments give the same choice.
 */
export function chooseSnippets(choice: SnippetChoice): readonly Snippet[] {
  const { candidates, budgetTokens } = choice;
  const kept = stillTrue(choice);
  const wanted = fill(candidates, budgetTokens * (1 - SLACK), choice);
  const missing = (shown: readonly Snippet[]): number => {
    const lost = wanted.filter((each) => !shown.some((other) => sameSnippet(each, other)));
    return weight(lost, candidates) / weight(wanted, candidates);
  };
  if (wanted.length === 0 || missing(kept) < ADD_AT) return kept;
  const fresh = wanted.filter((each) => !kept.some((other) => sameSnippet(each, other)));
  const room = budgetTokens - sum(kept, choice);
  const grown = [...kept, ...fill(fresh, room, choice).reverse()];
  return missing(grown) < RENEW_AT ? grown : [...wanted].reverse();
}

/** What was shown, up to the first that is gone, has changed or no longer fits: behind it nothing is left to save. */
function stillTrue({ candidates, previous, budgetTokens, tokensOf }: SnippetChoice): Snippet[] {
  const kept: Snippet[] = [];
  let left = budgetTokens;
  for (const shown of previous) {
    left -= tokensOf(shown);
    if (left < 0 || !candidates.some((each) => sameSnippet(each, shown))) break;
    kept.push(shown);
  }
  return kept;
}

/** The best of them that fit together, best first. */
function fill(
  candidates: readonly Snippet[],
  budgetTokens: number,
  { tokensOf }: SnippetChoice,
): Snippet[] {
  let left = budgetTokens;
  return candidates.filter((each) => {
    const tokens = tokensOf(each);
    if (tokens > left) return false;
    left -= tokens;
    return true;
  });
}

/** The first counts one, the second a half, the third a third. */
function weight(snippets: readonly Snippet[], candidates: readonly Snippet[]): number {
  return snippets.reduce((all, each) => all + 1 / (1 + candidates.indexOf(each)), 0);
}

function sum(snippets: readonly Snippet[], { tokensOf }: SnippetChoice): number {
  return snippets.reduce((all, each) => all + tokensOf(each), 0);
}
