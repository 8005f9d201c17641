/**
 * The prompt for a hole in a document, in either order a model may have been trained on:
 *
 *     psm   BOS fimPrefix PREFIX fimSuffix SUFFIX fimMiddle BEGUN
 *     spm   BOS fimSuffixFirst SUFFIX fimMiddle PREFIX
 *
 * Nothing stands between the markers and the text. BEGUN is what stands between an anchor and the cursor; plain plans have
 * none. Snippets of other files stand in front of PREFIX, as comments.
 */

import type { FimLayout, PromptPlan, Segment, SpecialToken } from '../engine/contract.js';
import { arrangeHole, type ArrangedHole, type PlanKind } from './arrange-hole.js';
import { beginAnswer } from './begin-answer.js';
import { chooseSnippets } from './choose-snippets.js';
import { commented, commentMarker } from './comments.js';
import { normalizeHole, normalizeNewlines } from './newline.js';
import type { PreviousPlan } from './previous-plan.js';
import { snippetForm, type SnippetForm } from './snippet-form.js';
import { sameSnippet, type Snippet } from './snippet.js';
import type { CountTokens } from './trim.js';

export interface FimRequest {
  /** The document from its very start to the cursor, with its own line ends. */
  readonly prefix: string;
  /** The document from the cursor to its end. */
  readonly suffix: string;
  /** URI of the document. */
  readonly source: string;
  readonly layout: Exclude<FimLayout, 'none'>;
  /** Tokens the prompt may take, markers included; at least `FIM_OVERHEAD`. */
  readonly budgetTokens: number;
  /** Tokens of a text segment; asked again for the same text, so better cached by content. */
  readonly countTokens: CountTokens;
  /** Language identifier of the document. Without one that is known to have comments, no snippets are shown. */
  readonly languageId?: string;
  /** What helps from beyond the document, best first: all that the plan before has shown and that is still true too. */
  readonly snippets?: readonly Snippet[];
  /** By default, `plain`. */
  readonly kind?: PlanKind;
  /** The latest plan for this document, if there was one. */
  readonly previous?: PreviousPlan | undefined;
}

export interface FimPlan extends PromptPlan, PreviousPlan {
  readonly snippets: readonly Snippet[];
}

/** Tokens set aside for the markers (at most four) and the token that ends the answer. */
export const FIM_OVERHEAD = 5;

/**
 * Plans the prompt for one hole. The document is given to the model with LF line ends and without BOM.
 *
 * Where it does not fit, the suffix keeps its start, at least a quarter of the room and otherwise what the
 * prefix leaves over; the prefix keeps its end and gets all the rest. Both are cut at line ends where there
 * are any, and where the plan before has cut them as long as that fits and wastes little, so that the KV
 * cache outlives the next keystrokes. An anchored plan keeps more of the one before, see `PlanKind`. Snippets take a share of the room at most, and what was shown stays in its place
 * (`chooseSnippets`). The same request always gives the same plan.
 *
 * @throws RangeError if `budgetTokens` is less than `FIM_OVERHEAD`.
 */
export function planFim(request: FimRequest): FimPlan {
  const { source, layout, budgetTokens } = request;
  if (!(budgetTokens >= FIM_OVERHEAD)) {
    throw new RangeError(`a FIM prompt takes ${FIM_OVERHEAD} tokens at least, not ${budgetTokens}`);
  }
  const room = Math.floor(budgetTokens) - FIM_OVERHEAD;
  const { hole, snippets, comments } = fitTogether(request, room);
  const { prefix, suffix, begun } = hole;
  const text = (content: string): Segment => ({ kind: 'text', text: content, source });
  const segments: Segment[] =
    layout === 'psm'
      ? [
          special('bos'),
          special('fimPrefix'),
          ...comments,
          text(prefix),
          special('fimSuffix'),
          text(suffix),
          special('fimMiddle'),
        ]
      : [
          special('bos'),
          special('fimSuffixFirst'),
          text(suffix),
          special('fimMiddle'),
          ...comments,
          text(prefix),
        ];
  return { ...beginAnswer({ segments }, begun, source), hole, snippets };
}

interface Fitted {
  readonly hole: ArrangedHole;
  readonly snippets: readonly Snippet[];
  /** The snippets as the prompt shows them. */
  readonly comments: readonly Segment[];
}

/** Document and snippets in `room` tokens. What the document shows itself needs no snippet. */
function fitTogether(request: FimRequest, room: number): Fitted {
  const { languageId = '', snippets: candidates = [], previous, countTokens, layout } = request;
  const marker = commentMarker(languageId);
  const document = normalizeHole(request);
  const shown = previous?.snippets ?? [];
  const arrange = (most: number, before: PreviousPlan | undefined): ArrangedHole => {
    const { kind = 'plain' } = request;
    return arrangeHole(document, {
      ...{ kind, layout, room: most, countTokens, previous: before?.hole },
    });
  };
  // Behind snippets that have changed everything is computed anew: no reason to keep to what was said there.
  const behind = (snippets: readonly Snippet[]): PreviousPlan | undefined =>
    layout === 'spm' || sameSnippets(shown, snippets) ? previous : undefined;
  const form = snippetForm(room);
  if (marker !== undefined && candidates.length > 0) {
    const share = Math.floor(room * form.share);
    // What the document shows itself where all of their share is taken.
    const least = arrange(room - share, previous);
    const textOf = (snippet: Snippet): string => asComment(snippet, marker, form);
    const tokensOf = (snippet: Snippet): number => countTokens(textOf(snippet));
    const snippets = chooseSnippets({
      candidates: candidates.filter(
        ({ origin, text }) => form.origins.has(origin) && !shows(least, text),
      ),
      previous: shown,
      budgetTokens: share,
      tokensOf,
    });
    const comments = snippets.map((snippet): Segment => {
      const { source, origin } = snippet;
      return { kind: 'text', text: textOf(snippet), source, origin };
    });
    if (snippets.length > 0) {
      const taken = snippets.reduce((sum, snippet) => sum + tokensOf(snippet), 0);
      return { hole: arrange(room - taken, behind(snippets)), snippets, comments };
    }
  }
  return { hole: arrange(room, behind([])), snippets: [], comments: [] };
}

function shows({ prefix, suffix, begun }: ArrangedHole, text: string): boolean {
  const wanted = normalizeNewlines(text).trim();
  return (prefix + begun).includes(wanted) || suffix.includes(wanted);
}

function sameSnippets(ones: readonly Snippet[], others: readonly Snippet[]): boolean {
  const same = (one: Snippet, other: Snippet | undefined): boolean =>
    other !== undefined && sameSnippet(one, other);
  return ones.length === others.length && ones.every((one, i) => same(one, others[i]));
}

function asComment({ path, text }: Snippet, marker: string, form: SnippetForm): string {
  return commented(path === undefined || !form.path ? text : `${path}:\n${text}`, marker);
}

function special(token: SpecialToken): Segment {
  return { kind: 'special', token };
}
