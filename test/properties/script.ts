/** What somebody does in an editor, made up. Places are shares of a text's length, so that they fit whatever it has become. */
import fc from 'fast-check';
import { documentText, shortText } from './texts.js';

export interface Replacement {
  readonly at: number;
  readonly removed: number;
  readonly text: string;
}

export type Step =
  | { readonly kind: 'type'; readonly text: string }
  | { readonly kind: 'jump'; readonly at: number }
  /** Backwards where negative. */
  | { readonly kind: 'erase'; readonly units: number }
  /** Several changes in one notification, each to what the one before has left. */
  | { readonly kind: 'replace'; readonly changes: readonly Replacement[] }
  | { readonly kind: 'overwrite'; readonly text: string }
  | {
      readonly kind: 'ask';
      readonly by: 'hand' | 'typing';
      readonly waits: boolean;
      readonly selected: boolean;
    }
  | { readonly kind: 'accept'; readonly which: number }
  /** Types the beginning of what was offered. */
  | { readonly kind: 'follow'; readonly share: number };

const share = fc.double({ min: 0, max: 1, noNaN: true });

const replacement = fc.record({
  at: share,
  removed: fc.oneof(fc.constant(0), fc.nat(8), fc.nat(200)),
  text: shortText,
});

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('type' as const), text: shortText }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('jump' as const), at: share }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('erase' as const),
      units: fc.integer({ min: -6, max: 6 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('replace' as const),
      changes: fc.array(replacement, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('overwrite' as const), text: documentText }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      by: fc.constantFrom('hand' as const, 'typing' as const),
      waits: fc.boolean(),
      selected: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('accept' as const), which: fc.nat(2) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('follow' as const), share }) },
);

export const script: fc.Arbitrary<Step[]> = fc.array(step, { maxLength: 16, size: 'max' });
