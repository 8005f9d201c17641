/**
 * The lines of OpenAI's human-eval-infilling: a Python function without some of its lines, or without a span, and a
 * test for the whole.
 */

import type { EvalHole } from '../hole.js';

type Line = Readonly<Record<string, unknown>>;

const fields = [
  'task_id',
  'prompt',
  'suffix',
  'canonical_solution',
  'test',
  'entry_point',
] as const;

export function isHumanEval(value: Line): boolean {
  return 'canonical_solution' in value && 'task_id' in value;
}

/**
 * The hole. Where the removed lines end with a line end, it goes to the suffix: in an editor the cursor stands on a
 * line of its own.
 */
export function fromHumanEval(value: Line, fail: (why: string) => never): EvalHole {
  const [id, prefix, suffix, solution, source, entryPoint] = fields.map((key) => {
    const text = value[key];
    return typeof text === 'string' ? text : fail(`its ${key} is no text`);
  }) as [string, string, string, string, string, string];
  // It becomes a part of a program that is run.
  if (!/^[A-Za-z_]\w*$/.test(entryPoint)) return fail('its entry_point is no Python name');
  const wholeLines = solution.endsWith('\n');
  const gold = wholeLines ? solution.slice(0, -1) : solution;
  return {
    id,
    prefix,
    suffix: wholeLines ? `\n${suffix}` : suffix,
    gold,
    language: 'python',
    file: `${taskOf(id)}.py`,
    test: { source, entryPoint },
  };
}

/** `SingleLineInfilling/HumanEval/0/L0` is a line of the task `HumanEval/0`. */
function taskOf(id: string): string {
  return /HumanEval\/\d+/.exec(id)?.[0] ?? id.replaceAll(/[^\w/-]/g, '_');
}
