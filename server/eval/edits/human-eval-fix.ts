/**
 * The lines of HumanEvalPack (Muennighoff et al. 2023, arXiv:2308.07124) as HumanEvalFix: a function with a bug and the
 * tests that find it in one file, in six languages. Tests in Python are run.
 */

import type { EditTask } from './task.js';

type Line = Readonly<Record<string, unknown>>;

/** By what stands before the slash of a `task_id`. */
const languages: Readonly<Record<string, { readonly id: string; readonly ending: string }>> = {
  Python: { id: 'python', ending: 'py' },
  JavaScript: { id: 'javascript', ending: 'js' },
  Java: { id: 'java', ending: 'java' },
  Go: { id: 'go', ending: 'go' },
  CPP: { id: 'cpp', ending: 'cpp' },
  Rust: { id: 'rust', ending: 'rs' },
};

export function isHumanEvalFix(value: Line): boolean {
  return 'buggy_solution' in value && 'task_id' in value;
}

export function fromHumanEvalFix(value: Line, fail: (why: string) => never): EditTask {
  const text = (key: string): string => {
    const field = value[key];
    return typeof field === 'string' ? field : fail(`its ${key} is no text`);
  };
  const id = text('task_id');
  const name = text('entry_point');
  // It becomes a part of a program that is run.
  if (!/^[A-Za-z_]\w*$/.test(name)) return fail('its entry_point is no name');
  const [dialect = ''] = id.split('/');
  const language = languages[dialect];
  if (!language) return fail(`its task_id names none of ${Object.keys(languages).join(', ')}`);
  const [declaration, test] = [text('declaration'), text('test')];
  const head = declaration + text('buggy_solution');
  const file = (code: string): string => `${code.trimEnd()}\n\n${test.trim()}\n`;
  const called = new RegExp(`^check\\(${name}\\)`, 'm').test(test);
  return {
    id,
    file: `${id.replaceAll(/[^\w-]/g, '_')}.${language.ending}`,
    language: language.id,
    ...(typeof value['bug_type'] === 'string' && { kind: value['bug_type'] }),
    instruction: `Fix bugs in ${name}.`,
    before: file(head),
    selected: { start: startOf(declaration, name), end: head.trimEnd().length },
    gold: file(declaration + text('canonical_solution')),
    ...(language.id === 'python' && { tests: called ? '' : `check(${name})\n` }),
  };
}

/** The start of the last line of a declaration that names the function, or else of all of it: imports stand in front. */
function startOf(declaration: string, name: string): number {
  const at = declaration.lastIndexOf(name);
  return at < 0 ? 0 : declaration.lastIndexOf('\n', at) + 1;
}
