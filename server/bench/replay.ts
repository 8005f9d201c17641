/**
 * What typing costs: an edit is typed key by key into a document, and each keystroke asks for the first text of an
 * answer, planned and healed as completions are.
 */

import type { PromptPlan } from '../engine/contract.js';
import type { ModelDescription } from '../engine/model/describe-model.js';
import type { NativeEngine } from '../engine/native/addon.js';
import { encodePlan } from '../engine/native/encode-plan.js';
import type { PlanKind } from '../prompt/arrange-hole.js';
import { planFim, type FimPlan } from '../prompt/fim-plan.js';
import { ask } from './requests.js';
import { sampleEdit } from './sample-document.js';
import { percentilesOf, type Percentiles } from './statistics.js';

/** `anchored` is measured of models alone that read the suffix last (psm); of others both cost the same while somebody types. */
export type ReplayLayout = PlanKind;

export interface ReplayFigures {
  readonly layout: ReplayLayout;
  readonly keystrokes: number;
  /** Tokens of the last prompt. */
  readonly promptTokens: number;
  /** The same for the whole prompt, nothing of which was in the cache; milliseconds. */
  readonly coldMs: number;
  /** From a keystroke to the first text of its answer, planning and tokenizing included; milliseconds. */
  readonly ms: Percentiles;
  /** Prompt tokens that were not in the cache, of each keystroke; those that were taken back to be healed count. */
  readonly prefilledTokens: Percentiles;
}

export interface ReplayOptions {
  readonly keystrokes: number;
  /** Tokens of the document; a context that holds less gets a part of it, as always. */
  readonly documentTokens: number;
  readonly onLayout: (layout: ReplayLayout, keystrokes: number) => void;
}

/** Room that completions leave to the answer, at most; tokens. */
const ANSWER_TOKENS = 96;
/** Tokens that an answer may spend on writing again what was taken back from the prompt, before its first text. */
const HEALING_TOKENS = 8;
/** One in so many keystrokes is enough to measure the plain plan, where it is slow. */
const PLAIN_SHARE = 10;
const SOURCE = 'lacuna:bench';

/** `[]` where the model cannot fill holes. */
export async function replay(
  engine: NativeEngine,
  model: ModelDescription,
  { keystrokes, documentTokens, onLayout }: ReplayOptions,
): Promise<ReplayFigures[]> {
  const { layout } = model.fim;
  if (layout === 'none') return [];
  const countTokens = (text: string): number => model.tokenizer.encode(text).length;
  const { contextLength } = engine.info;
  const answer = Math.min(ANSWER_TOKENS, Math.floor(contextLength / 4));

  // A plain plan of a model that reads the suffix last costs about as much at each keystroke: few of them tell.
  const few = Math.ceil(keystrokes / PLAIN_SHARE);
  const replays: [ReplayLayout, number][] =
    layout === 'psm'
      ? [
          ['plain', few],
          ['anchored', keystrokes],
        ]
      : [['plain', keystrokes]];
  const figures: ReplayFigures[] = [];
  for (const [kind, keys] of replays) {
    onLayout(kind, keys);
    // Another document each, or the second would find the first one's prompt in the cache.
    const edit = sampleEdit(`replay ${kind}`, documentTokens, keys, countTokens);
    let latest: FimPlan | undefined;
    const planAt = (typed: string): PromptPlan => {
      latest = planFim({
        ...{ prefix: edit.prefix + typed, suffix: edit.suffix, source: SOURCE, layout },
        ...{ countTokens, kind, budgetTokens: contextLength - answer, previous: latest },
      });
      return latest;
    };
    figures.push(await typeThrough(engine, model, edit.typed, kind, planAt));
  }
  return figures;
}

async function typeThrough(
  engine: NativeEngine,
  model: ModelDescription,
  typed: string,
  layout: ReplayLayout,
  planAt: (typed: string) => PromptPlan,
): Promise<ReplayFigures> {
  const keystroke = async (length: number) => {
    const started = performance.now();
    const { tokens, textEnd } = encodePlan(planAt(typed.slice(0, length)), model);
    let ms: number | undefined;
    const request = { tokens, maxTokens: HEALING_TOKENS, heal: textEnd };
    const { handle, summary } = ask(engine, request, (text) => {
      if (text === '' || ms !== undefined) return;
      ms = performance.now() - started;
      engine.cancel(handle);
    });
    const { promptTokens, residentTokens } = await summary;
    ms ??= performance.now() - started;
    return { ms, promptTokens, prefilled: promptTokens - residentTokens };
  };
  const cold = await keystroke(0);
  const all = [];
  for (let length = 1; length <= typed.length; length++) all.push(await keystroke(length));
  return {
    layout,
    keystrokes: typed.length,
    promptTokens: all.at(-1)?.promptTokens ?? cold.promptTokens,
    coldMs: cold.ms,
    ms: percentilesOf(all.map(({ ms }) => ms)),
    prefilledTokens: percentilesOf(all.map(({ prefilled }) => prefilled)),
  };
}
