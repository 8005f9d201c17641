import type { Journal } from './journal.js';
import { randomPrompt } from './prompts.js';
import type { Subject } from './subject.js';

/** What is measured, several times, of each subject. */
export interface SpeedPlan {
  /** Lengths of cold prompts, tokens. */
  readonly prefill: readonly number[];
  /** Cached tokens at which decoding is measured; 0 stands for a prompt of one token. */
  readonly depths: readonly number[];
  /** Decoding steps of one measurement, ≥ 1. */
  readonly steps: number;
  /** Measurements of each item and subject, ≥ 1. */
  readonly runs: number;
}

/** One row of the table: `prefill512`, `decode2048`. */
export interface Item {
  readonly name: string;
  readonly kind: 'prefill' | 'decode';
  /** Tokens of the prompt, or of the context behind which is decoded. */
  readonly length: number;
}

/** Shortest first, so that a longer context grows out of the one before. */
export function itemsOf({ prefill, depths }: SpeedPlan): Item[] {
  const items = (kind: Item['kind'], lengths: readonly number[]): Item[] =>
    [...new Set(lengths)]
      .sort((a, b) => a - b)
      .map((length) => ({ name: `${kind}${length}`, kind, length }));
  return [...items('prefill', prefill), ...items('decode', depths)];
}

export interface SpeedOptions {
  readonly plan: SpeedPlan;
  readonly vocabularySize: number;
  readonly journal: Journal;
  /** Whether another measurement may begin. */
  readonly mayGoOn: () => boolean;
  /** What must be so again before a measurement, and is not measured. */
  readonly beforeEach?: () => Promise<void>;
  readonly onMeasured: (subject: Subject, item: Item, run: number, tokensPerSecond: number) => void;
}

export interface SpeedResult {
  /** Whether every measurement of the plan has been made, or has failed. */
  readonly complete: boolean;
  /** Why a subject has no figure, by its identity and then by item. */
  readonly failures: ReadonlyMap<string, ReadonlyMap<string, Error>>;
}

/**
 * Measures what the journal lacks and writes it there, tokens a second. Subjects take turns at every single
 * measurement, the other one first each time, so that a slow spell of the machine touches all of them; the
 * cached context of a depth stays where it is meanwhile.
 */
export async function measureSpeed(
  subjects: readonly Subject[],
  { plan, vocabularySize, journal, mayGoOn, beforeEach, onMeasured }: SpeedOptions,
): Promise<SpeedResult> {
  const failures = new Map(subjects.map(({ identity }) => [identity, new Map<string, Error>()]));
  for (const item of itemsOf(plan)) {
    for (let run = 0; run < plan.runs; run++) {
      for (const subject of run % 2 === 0 ? subjects : [...subjects].reverse()) {
        const failed = failures.get(subject.identity);
        const done = journal.values(subject.identity, item.name).length > run;
        if (done || failed?.has(item.name)) continue;
        if (!mayGoOn()) return { complete: false, failures };
        try {
          await beforeEach?.();
          const value = await measureOnce(subject, item, run, plan.steps, vocabularySize);
          journal.add({ identity: subject.identity, item: item.name, value });
          const { rssBytes, anonymousBytes } = await subject.memory();
          journal.add({ identity: subject.identity, item: 'rssBytes', value: rssBytes });
          if (anonymousBytes !== null)
            journal.add({
              identity: subject.identity,
              item: 'anonymousBytes',
              value: anonymousBytes,
            });
          onMeasured(subject, item, run, value);
        } catch (error) {
          failed?.set(item.name, error instanceof Error ? error : new Error(String(error)));
        }
        if (subjects.length > 1) await subject.rest();
      }
    }
  }
  return { complete: true, failures };
}

/** Tokens a second. */
async function measureOnce(
  subject: Subject,
  { name, kind, length }: Item,
  run: number,
  steps: number,
  vocabularySize: number,
): Promise<number> {
  if (kind === 'prefill') {
    // A first token of its own makes every prompt cold.
    const prompt = randomPrompt(vocabularySize, length, `${name} ${run}`);
    return (length / (await subject.prefill(prompt))) * 1000;
  }
  const context = randomPrompt(vocabularySize, Math.max(1, length), 'context');
  return (steps / (await subject.decode(context, steps))) * 1000;
}
