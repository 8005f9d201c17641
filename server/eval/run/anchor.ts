import type { PromptPlan } from '../../engine/contract.js';
import { beginAnswer } from '../../prompt/begin-answer.js';
import { normalizeNewlines, wholeCharacterOffset } from '../../prompt/newline.js';

/**
 * How plans are made. `plain`: the document around the cursor. `anchored`: the document around the place where typing
 * began, and what was typed since as the beginning of the answer. Models that read the suffix first need no anchor:
 * both are the same for them.
 */
export const planKinds = ['plain', 'anchored'] as const;
export type PlanKind = (typeof planKinds)[number];

/**
 * Where in `prefix` typing began, if about `characters` UTF-16 units before its end were typed: never inside a word,
 * a line end or a character, since the prompt in front of an anchor cannot be healed.
 */
export function anchorOf(prefix: string, characters: number): number {
  let at = wholeCharacterOffset(prefix, prefix.length - characters);
  if (at === prefix.length) return at;
  const word = /[\p{L}\p{N}_$]/u;
  while (at > 0 && word.test(prefix.charAt(at)) && word.test(prefix.charAt(at - 1))) at--;
  return wholeCharacterOffset(prefix, at);
}

/**
 * A plan for a hole, anchored in front of `typed`, the end of the document's prefix. As it is where the prompt does
 * not end with the description of a hole, and where what is left of the prefix is shorter than `typed`.
 */
export function anchoredPlan(plan: PromptPlan, typed: string): PromptPlan {
  const { segments } = plan;
  const marker = (token: string): number =>
    segments.findIndex((segment) => segment.kind === 'special' && segment.token === token);
  // Snippets may stand between the first marker and the prefix.
  const at = marker('fimSuffix') - 1;
  const prefix = segments[at];
  const ends = marker('fimMiddle') === segments.length - 1;
  const begun = normalizeNewlines(typed);
  if (at < 0 || !ends || prefix?.kind !== 'text' || !prefix.text.endsWith(begun)) return plan;
  const before = { ...prefix, text: prefix.text.slice(0, prefix.text.length - begun.length) };
  const anchored = segments.map((segment) => (segment === prefix ? before : segment));
  return beginAnswer({ ...plan, segments: anchored }, begun, prefix.source);
}
