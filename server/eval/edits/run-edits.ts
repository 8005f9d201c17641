import { comparable } from '../metrics/exact-match.js';
import type { SyntaxCheck } from '../metrics/syntax-check.js';
import type { Verdict } from '../prediction.js';
import type { EditAnswer, EditPrediction } from './edit-prediction.js';
import type { EditTask } from './task.js';

export interface EditsParts {
  /** Follows the instruction of a task. Rejects where the engine is of no more use, and may do so where `signal` comes. */
  readonly edit: (task: EditTask, signal: AbortSignal) => Promise<EditAnswer>;
  readonly syntax: SyntaxCheck;
  /** Runs a Python program to its end; without it no test is run. */
  readonly execute?: (program: string) => Promise<Verdict>;
}

/**
 * Gives tasks to a model, one after the other, and marks what comes back. Ends early where `signal` comes; the task that
 * was under way is left out then.
 */
export async function* runEdits(
  tasks: readonly EditTask[],
  parts: EditsParts,
  signal: AbortSignal,
): AsyncGenerator<EditPrediction> {
  for (const task of tasks) {
    const started = performance.now();
    const answer = await unlessAborted(parts.edit(task, signal), signal);
    if (!answer) return;
    const ms = performance.now() - started;
    const { text, refusal, attempts, generatedTokens, tokensPerSecond } = answer;
    const parsesClean = text === undefined ? undefined : await parses(parts.syntax, task, text);
    const verdict = await verdictOf(task, text, parts.execute);
    const { id, file, language, kind, instruction, gold } = task;
    yield {
      ...{ id, file, language, ...(kind !== undefined && { kind }), instruction },
      text: text ?? null,
      ...(refusal !== undefined && { refusal }),
      exact: text !== undefined && comparable(text) === comparable(gold),
      ...(parsesClean !== undefined && { parsesClean }),
      ...(verdict !== undefined && { verdict }),
      ...{ attempts, generatedTokens, tokensPerSecond, ms },
    };
  }
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  try {
    const result = await work;
    return signal.aborted ? undefined : result;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

async function parses(
  check: SyntaxCheck,
  { gold, language }: EditTask,
  text: string,
): Promise<boolean | undefined> {
  const most = await check.errors(gold, language);
  const errors = await check.errors(text, language);
  return most === undefined || errors === undefined ? undefined : errors <= most;
}

/** Where the data set's own solution fails, nothing is said: it may want a package that is not here. */
async function verdictOf(
  { gold, tests }: EditTask,
  text: string | undefined,
  execute: EditsParts['execute'],
): Promise<Verdict | undefined> {
  if (!execute || tests === undefined) return undefined;
  const program = (file: string): string => `${file}\n\n${tests}\n`;
  if ((await execute(program(gold))) !== 'passed') return undefined;
  return text === undefined ? 'failed' : execute(program(text));
}
