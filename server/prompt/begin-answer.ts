import type { PromptPlan, Segment } from '../engine/contract.js';

/**
 * The plan with the beginning of its answer given: the model continues behind `text`, which is no part of what it
 * generates. Behind a text the two are encoded as one; behind a special token, such as the one that ends the description
 * of a hole, `text` becomes a segment of its own, from `source`. Generate with `heal`, so that the end of `text` need not
 * be the end of a token.
 */
export function beginAnswer(plan: PromptPlan, text: string, source: string): PromptPlan {
  if (text === '') return plan;
  const last = plan.segments.at(-1);
  const begun: Segment =
    last?.kind === 'text' ? { ...last, text: last.text + text } : { kind: 'text', text, source };
  const before = last?.kind === 'text' ? plan.segments.slice(0, -1) : plan.segments;
  return { ...plan, segments: [...before, begun] };
}
