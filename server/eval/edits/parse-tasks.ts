import { EngineError } from '../../engine/contract.js';
import { objectOf } from '../dataset/parse-dataset.js';
import { fromCanItEdit, isCanItEdit } from './can-it-edit.js';
import { fromHumanEvalFix, isHumanEvalFix } from './human-eval-fix.js';
import type { EditTask, InstructionKind } from './task.js';

/**
 * The tasks of a data set: one JSON object a line, of CanItEdit or HumanEvalPack. `name` is what errors call it.
 *
 * @throws EngineError for a line that is no task, two tasks with one id, or no task at all.
 */
export function parseTasks(text: string, name: string, wording: InstructionKind): EditTask[] {
  const tasks = new Map<string, EditTask>();
  text.split(/\r?\n/).forEach((line, index) => {
    if (line.trim() === '') return;
    const fail = (why: string): never => {
      throw new EngineError(
        `line ${index + 1} of ${name} is no edit: ${why}`,
        'Each line must be a JSON object of CanItEdit or HumanEvalPack; without --edits, holes are read.',
      );
    };
    const task = parseTask(line, wording, fail);
    if (tasks.has(task.id)) fail(`the id ${task.id} was there before`);
    tasks.set(task.id, task);
  });
  if (tasks.size > 0) return [...tasks.values()];
  throw new EngineError(
    `${name} holds no edits`,
    'Name a JSONL file of CanItEdit or HumanEvalPack.',
  );
}

function parseTask(line: string, wording: InstructionKind, fail: (why: string) => never): EditTask {
  const value = objectOf(line);
  if (!value) return fail('it is no JSON object');
  if (isCanItEdit(value)) return fromCanItEdit(value, wording, fail);
  if (isHumanEvalFix(value)) return fromHumanEvalFix(value, fail);
  return fail('it has neither before and instruction_descriptive nor task_id and buggy_solution');
}
