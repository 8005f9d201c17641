/**
 * What a model gains by its own multi-token-prediction module: greedy answers to made-up documents, each without drafts, with
 * copied ones, with the module's guesses as well, and with a guess for every token that nothing is copied for.
 */

import { EngineError } from '../engine/contract.js';
import type { NativeEngine, NativeRequest } from '../engine/native/addon.js';
import { answerTo, decodeRate } from './requests.js';
import { sampleEdit } from './sample-document.js';
import { spreadOf, type Spread } from './statistics.js';

export interface ModulePlan {
  /** Tokens before an answer, about. */
  readonly promptTokens: number;
  /** Tokens of an answer, ≥ 2. */
  readonly answerTokens: number;
  /** Documents, ≥ 1. */
  readonly runs: number;
  readonly encode: (text: string) => Int32Array;
}

/** `chosen`: as the engine does by itself; `always`: a guess wherever nothing is copied, whether it pays or not. */
export type ModuleCase = 'copied' | 'chosen' | 'always';

export interface ModuleFigures {
  /** Tokens a second without drafts. */
  readonly plain: Spread;
  readonly cases: Readonly<
    Record<
      ModuleCase,
      {
        /** Tokens a second, and how often that of the run without drafts. */
        readonly rate: Spread;
        readonly ratio: Spread;
        /** Guesses of the module that were verified, and those that were right. */
        readonly guessed: number;
        readonly accepted: number;
      }
    >
  >;
}

const DRAFTING: Readonly<Record<ModuleCase, Partial<NativeRequest>>> = {
  copied: { draftByModule: false },
  chosen: {},
  always: { draftLength: 1 },
};
const CASES = ['copied', 'chosen', 'always'] as const;

/** @throws EngineError, as a rejection, if an answer is not the same with and without drafts. */
export async function measureModuleDrafts(
  engine: NativeEngine,
  plan: ModulePlan,
): Promise<ModuleFigures> {
  const plain: number[] = [];
  const measured = perCase(() => ({
    rates: new Array<number>(),
    ratios: new Array<number>(),
    guessed: 0,
    accepted: 0,
  }));
  // The first document only warms up what learns: the engine knows no costs yet.
  for (let run = -1; run < plan.runs; run++) {
    const tokens = document(plan, run);
    await answerTo(engine, { tokens, maxTokens: 1, draftLength: 0 });
    const asked = { tokens, maxTokens: plan.answerTokens };
    const expected = await answerTo(engine, { ...asked, draftLength: 0 });
    if (run >= 0) plain.push(decodeRate(expected.summary));
    // Whoever comes first in a run comes later in the next.
    const first = (run + 1) % CASES.length;
    for (const name of [...CASES.slice(first), ...CASES.slice(0, first)]) {
      const { ids, summary } = await answerTo(engine, { ...asked, ...DRAFTING[name] });
      if (!ids.every((id, at) => id === expected.ids[at])) {
        throw new EngineError(
          'an answer with drafts differs from the one without',
          'Report this with the model, the CPU and the output of `lacuna doctor`.',
        );
      }
      if (run < 0) continue;
      measured[name].rates.push(decodeRate(summary));
      measured[name].ratios.push(decodeRate(summary) / decodeRate(expected.summary));
      measured[name].guessed += summary.mtpDraftedTokens;
      measured[name].accepted += summary.mtpAcceptedTokens;
    }
  }
  const cases = perCase((name) => {
    const { rates, ratios, guessed, accepted } = measured[name];
    return { rate: spreadOf(rates), ratio: spreadOf(ratios), guessed, accepted };
  });
  return { plain: spreadOf(plain), cases };
}

function perCase<T>(make: (name: ModuleCase) => T): Record<ModuleCase, T> {
  return { copied: make('copied'), chosen: make('chosen'), always: make('always') };
}

/** The text before the cursor, and half of what is typed there. */
function document(plan: ModulePlan, run: number): Int32Array {
  const count = (text: string): number => plan.encode(text).length;
  const { prefix, typed } = sampleEdit(`drafts ${run}`, plan.promptTokens, 80, count);
  return plan.encode(prefix + typed.slice(0, typed.length / 2)).subarray(-plan.promptTokens);
}
