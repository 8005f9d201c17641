import type { EngineInfo } from '../../engine/contract.js';
import { fixed, percent, type Table } from '../report/table.js';
import type { EditFigures, EditSummary } from './summarize-edits.js';
import type { InstructionKind } from './task.js';

/** What `lacuna eval --edits --json` prints. Shares are 0 … 1, times milliseconds. */
export interface EditsReport extends EditSummary {
  /** Grows when a field changes its meaning or goes. */
  readonly schema: 1;
  readonly dataset: string;
  readonly model: string;
  readonly device: string;
  readonly contextLength: number;
  readonly instruction: InstructionKind;
  /** Ids of tasks whose tests cannot be run here: they do not count for `passed`. */
  readonly untested: readonly string[];
}

export function editsReport(
  summary: EditSummary,
  dataset: string,
  { model, device, contextLength }: EngineInfo,
  instruction: InstructionKind,
  untested: readonly string[],
): EditsReport {
  return { schema: 1, dataset, model, device, contextLength, instruction, ...summary, untested };
}

const columns: readonly [string, (figures: EditFigures) => string][] = [
  ['tasks', ({ n }) => String(n)],
  ['tested', ({ tested }) => String(tested)],
  ['passed', ({ passed }) => percent(passed)],
  [
    '95 % interval',
    ({ passedInterval }) => passedInterval?.map((end) => (100 * end).toFixed(0)).join(' … ') ?? '',
  ],
  ['refused', ({ refused }) => percent(refused)],
  ['first try', ({ atOnce }) => percent(atOnce)],
  ['parses', ({ parsesClean }) => percent(parsesClean)],
  ['exact', ({ exact }) => percent(exact)],
  ['generated', ({ generatedPerTask }) => fixed(generatedPerTask, 1)],
  ['tokens/s', ({ tokensPerSecond }) => fixed(tokensPerSecond, 1)],
  ['ms p50', ({ msP50 }) => fixed(msP50, 0)],
  ['p95', ({ msP95 }) => fixed(msP95, 0)],
];

/** A row for all tasks, one for each language and one for each kind. */
export function editsTable({ byLanguage, byKind, ...all }: EditSummary): Table {
  const rows: [string, EditFigures][] = [
    ['all', all],
    ...Object.entries(byLanguage),
    ...Object.entries(byKind),
  ];
  return [
    ['', ...columns.map(([head]) => head)],
    ...rows.map(([name, figures]) => [name, ...columns.map(([, cell]) => cell(figures))]),
  ];
}

/** What was measured, and what does not count. */
export function editsNotes(report: EditsReport): { heading: string; notes: string[] } {
  const { model, device, dataset, contextLength, instruction, untested, refusals } = report;
  const few = untested.slice(0, 5).join(', ');
  return {
    heading: `${model} · ${device} · ${contextLength} tokens of context · ${dataset} · ${instruction} instructions`,
    notes: [
      ...(untested.length > 0
        ? [
            `Not tested: ${untested.length}, whose own solution does not pass here, or not in Python: ${few}${untested.length > 5 ? ', …' : ''}.`,
          ]
        : []),
      ...Object.entries(refusals).map(([why, times]) => `Refused ${times} ×: ${why}`),
    ],
  };
}
