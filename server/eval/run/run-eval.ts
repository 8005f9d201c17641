import type { Engine } from '../../engine/contract.js';
import type { EvalHole } from '../hole.js';
import { editSimilarity } from '../metrics/edit-similarity.js';
import { comparable, expectedText, isExact, isNonTrivial } from '../metrics/exact-match.js';
import { stopsRight } from '../metrics/stop-place.js';
import { parsesClean, type SyntaxCheck } from '../metrics/syntax-check.js';
import type { Prediction, Verdict } from '../prediction.js';
import {
  answerHole,
  type AnswerOptions,
  type AnswerParts,
  type HoleAnswer,
} from './answer-hole.js';

export interface EvalOptions extends AnswerOptions {
  /** Without it nothing is said about parsing. */
  readonly syntax?: SyntaxCheck;
  /** Runs the test of a hole with an answer; without it none is run. */
  readonly execute?: (program: string, entryPoint: string) => Promise<Verdict>;
}

/**
 * Fills holes, one after the other, and marks the answers. Ends early where `signal` comes; the hole that was being
 * filled is left out then.
 */
export async function* runEval(
  engine: Engine,
  parts: AnswerParts,
  holes: readonly EvalHole[],
  options: EvalOptions,
  signal: AbortSignal,
): AsyncGenerator<Prediction> {
  await warmUp(engine, parts, options, signal);
  for (const hole of holes) {
    const answer = await answerHole(hole, engine, parts, options, signal);
    if (signal.aborted) return;
    const parses = options.syntax && (await parsesClean(options.syntax, hole, answer));
    const verdict =
      hole.test && (await options.execute?.(programOf(hole, answer), hole.test.entryPoint));
    yield {
      ...scored(hole, answer),
      ...(parses !== undefined && { parsesClean: parses }),
      ...(verdict !== undefined && { verdict }),
    };
  }
}

/** The first request of an engine builds what later ones find: it is none of those that are timed. */
async function warmUp(
  engine: Engine,
  parts: AnswerParts,
  options: EvalOptions,
  signal: AbortSignal,
): Promise<void> {
  const id = 'warm-up';
  const hole = { id, prefix: 'a = ', suffix: '\n', gold: 'b', language: 'plaintext', file: id };
  const once = { ...options, keystrokes: false, candidates: false, maxTokens: 1 };
  await answerHole(hole, engine, parts, once, signal);
}

function scored(hole: EvalHole, answer: HoleAnswer): Prediction {
  const { id, file, language, kind, gold, prefix, suffix } = hole;
  const { text, replaced, scored: whole, keystrokeTokens } = answer;
  const { promptTokens, prefilledTokens, generatedTokens, reason, ms, logProbability } = answer;
  const { candidates } = answer;
  const expected = comparable(expectedText(gold, suffix, answer));
  return {
    ...{ id, file, language, gold, text, replaced },
    ...(kind !== undefined && { kind }),
    ...(whole && { scored: whole }),
    exact: isExact(gold, suffix, answer),
    nonTrivial: isNonTrivial(gold),
    editSimilarity: editSimilarity(comparable(text), expected),
    stopsRight: stopsRight(prefix, gold, suffix, answer),
    ...{ promptTokens, prefilledTokens, generatedTokens },
    ...(keystrokeTokens.length > 0 && { keystrokeTokens }),
    ...{ reason, ms, logProbability },
    ...(candidates && { candidates }),
  };
}

/** The file with the answer in it, and the test. */
function programOf({ prefix, suffix, test }: EvalHole, { text, replaced }: HoleAnswer): string {
  return `${prefix}${text}${suffix.slice(replaced)}\n${test?.source ?? ''}\n`;
}
