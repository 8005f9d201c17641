/**
 * The lines of CanItEdit (Cassano et al. 2023, arXiv:2312.12450): a Python file, an instruction in two wordings, the
 * file as it should be, and asserts that go behind it.
 */

import type { EditTask, InstructionKind } from './task.js';

type Line = Readonly<Record<string, unknown>>;

export function isCanItEdit(value: Line): boolean {
  return 'before' in value && 'instruction_descriptive' in value;
}

export function fromCanItEdit(
  value: Line,
  wording: InstructionKind,
  fail: (why: string) => never,
): EditTask {
  const text = (key: string): string => {
    const field = value[key];
    return typeof field === 'string' ? field : fail(`its ${key} is no text`);
  };
  const before = text('before');
  const id = typeof value['full_name'] === 'string' ? value['full_name'] : text('name');
  const kind = kindOf(value['taxonomy']);
  return {
    id,
    file: `${id.replaceAll(/[^\w-]/g, '_')}.py`,
    language: 'python',
    ...(kind !== undefined && { kind }),
    instruction: text(`instruction_${wording}`),
    before,
    selected: { start: 0, end: before.length },
    gold: text('after'),
    tests: text('tests'),
  };
}

function kindOf(taxonomy: unknown): string | undefined {
  if (typeof taxonomy !== 'object' || taxonomy === null) return undefined;
  const kind = (taxonomy as Line)['change_kind'];
  return typeof kind === 'string' ? kind : undefined;
}
