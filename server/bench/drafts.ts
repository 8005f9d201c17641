/**
 * What copy drafts gain. Real copying needs a model that is able to copy; to measure any model, even one with random
 * weights, an answer is drawn once and then asked for again with the same seed, while the engine is given texts to copy
 * from: the answer itself, the same with some tokens replaced, or none. The answer must not change, only its speed.
 */

import { EngineError } from '../engine/contract.js';
import type { NativeEngine, NativeRequest, NativeSummary } from '../engine/native/addon.js';
import { answerTo, decodeRate } from './requests.js';
import { spreadOf, type Spread } from './statistics.js';

export interface DraftPlan {
  readonly prompt: Int32Array;
  /** Tokens of an answer, ≥ 2. */
  readonly answerTokens: number;
  /** Times that everything is measured, in turn, ≥ 1. */
  readonly runs: number;
  /** Numbers of rows, ≥ 2, of which a pass is timed. */
  readonly rows: readonly number[];
}

/** `novel`: nothing to copy from; `edited`: every twelfth token is another one; `copied`: all of it is there. */
export type DraftCase = 'novel' | 'edited' | 'copied';

export interface DraftFigures {
  /** Tokens a second without drafts. */
  readonly plain: Spread;
  readonly cases: Readonly<
    Record<
      DraftCase,
      {
        /** Tokens a second, and how often that of the run without drafts. */
        readonly rate: Spread;
        readonly ratio: Spread;
        readonly drafted: number;
        readonly accepted: number;
      }
    >
  >;
  /** Milliseconds of a pass by its number of rows. */
  readonly passMs: Readonly<Record<number, Spread>>;
}

const CASES: readonly DraftCase[] = ['novel', 'edited', 'copied'];
const EDITED = 12;
/** What of the prompt's end stands before the answer in the texts to copy from. */
const LEAD = 8;

type Drafting = Pick<NativeRequest, 'draftLength' | 'draftSources'>;

/** @throws EngineError, as a rejection, if an answer is not the same with and without drafts. */
export async function measureDrafts(engine: NativeEngine, plan: DraftPlan): Promise<DraftFigures> {
  const plain: number[] = [];
  const rates = perCase<number[]>(() => []);
  const ratios = perCase<number[]>(() => []);
  const counts = perCase(() => ({ drafted: 0, accepted: 0 }));
  const passes = new Map<number, number[]>();
  for (let run = 0; run < plan.runs; run++) {
    // Drawn at temperature 1, so that the answer does not run in circles, which would be copies, too.
    const drawn = { tokens: plan.prompt, maxTokens: plan.answerTokens, temperature: 1, seed: run };
    const ask = (drafting: Drafting) => answerTo(engine, { ...drawn, ...drafting });
    const { ids: expected, summary: base } = await ask({ draftLength: 0 });
    const sources = sourcesFor(plan.prompt, expected);
    const again = async (drafting: Drafting): Promise<NativeSummary> => {
      const { ids, summary } = await ask(drafting);
      if (ids.every((id, i) => id === expected[i])) return summary;
      throw new EngineError(
        'an answer with drafts differs from the one without',
        'Report this with the model, the CPU and the output of `lacuna doctor`.',
      );
    };
    plain.push(decodeRate(base));
    push(passes, 1, passMs(base));
    for (const name of CASES) {
      const summary = await again({ draftSources: sources[name] });
      rates[name].push(decodeRate(summary));
      ratios[name].push(decodeRate(summary) / decodeRate(base));
      counts[name].drafted += summary.draftedTokens;
      counts[name].accepted += summary.acceptedTokens;
    }
    for (const rows of plan.rows) {
      const drafting = { draftSources: sources.copied, draftLength: rows - 1 };
      push(passes, rows, passMs(await again(drafting)));
    }
  }
  const cases = perCase((name) => ({
    rate: spreadOf(rates[name]),
    ratio: spreadOf(ratios[name]),
    ...counts[name],
  }));
  const spreads = [...passes].map(([rows, values]) => [rows, spreadOf(values)] as const);
  return { plain: spreadOf(plain), cases, passMs: Object.fromEntries(spreads) };
}

function perCase<T>(make: (name: DraftCase) => T): Record<DraftCase, T> {
  return { novel: make('novel'), edited: make('edited'), copied: make('copied') };
}

function push(map: Map<number, number[]>, key: number, value: number): void {
  map.set(key, [...(map.get(key) ?? []), value]);
}

function sourcesFor(
  prompt: Int32Array,
  ids: readonly number[],
): Record<DraftCase, readonly Int32Array[]> {
  const lead = prompt.subarray(Math.max(0, prompt.length - LEAD));
  const edited = ids.map((id, i) =>
    i % EDITED === EDITED - 1 ? (ids[(i * 7) % ids.length] ?? id) : id,
  );
  return {
    novel: [],
    edited: [Int32Array.from([...lead, ...edited])],
    copied: [Int32Array.from([...lead, ...ids])],
  };
}

/** The first token came with the prompt's last pass; a drafted token that was accepted saved one. */
function passMs({ generatedTokens, acceptedTokens, decodeMs }: NativeSummary): number {
  return decodeMs / Math.max(1, generatedTokens - acceptedTokens - 1);
}
