import type { EngineInfo } from '../../engine/contract.js';
import type { AnswerOptions } from '../run/answer-hole.js';
import type { Figures, Summary } from './summarize.js';
import { fixed, percent, type Table } from './table.js';

/** What `lacuna eval --json` prints. Shares are 0 … 1, times milliseconds, the rest tokens. */
export interface EvalReport extends Summary {
  /** Grows when a field changes its meaning or goes. */
  readonly schema: 1;
  readonly dataset: string;
  readonly model: string;
  readonly device: string;
  readonly contextLength: number;
  readonly options: AnswerOptions;
  /** What is null although it was asked for, or could have been: why. */
  readonly missing: Readonly<Record<string, string>>;
}

export function reportOf(
  summary: Summary,
  dataset: string,
  { model, device, contextLength, fim }: EngineInfo,
  options: AnswerOptions,
  why: { readonly syntax: boolean; readonly execute: boolean },
): EvalReport {
  const missing = {
    ...(!why.syntax && { parsesClean: 'no grammar that is here parses these languages' }),
    ...(!why.execute && { passed: 'tests are run with --execute alone' }),
    ...(!options.candidates && {
      exactCandidate: 'candidates are asked for with --candidates alone',
    }),
    ...(!options.keystrokes && {
      prefilledPerKeystroke: 'keystrokes are typed with --keystrokes alone',
    }),
    ...(options.plan === 'anchored' &&
      fim === 'spm' && { anchor: 'the model reads the suffix first: its plans need no anchor' }),
  };
  return { schema: 1, dataset, model, device, contextLength, options, ...summary, missing };
}

interface Column {
  readonly head: string;
  readonly cell: (figures: Figures) => string;
  /** Shown only where some row has something to say. */
  readonly optional?: true;
}

const columns: readonly Column[] = [
  { head: 'holes', cell: ({ n }) => String(n) },
  { head: 'exact', cell: ({ exact }) => percent(exact) },
  {
    head: '95 % interval',
    cell: ({ exactInterval }) =>
      exactInterval ? exactInterval.map((end) => (100 * end).toFixed(0)).join(' … ') : '',
  },
  { head: 'shown', cell: ({ shown }) => percent(shown) },
  { head: 'exact of these', cell: ({ exactShown }) => percent(exactShown) },
  { head: 'more than brackets', cell: ({ exactNonTrivial }) => percent(exactNonTrivial) },
  { head: 'edit similarity', cell: ({ editSimilarity }) => percent(editSimilarity) },
  { head: 'stops right', cell: ({ stopsRight }) => percent(stopsRight) },
  { head: 'parses', cell: ({ parsesClean }) => percent(parsesClean), optional: true },
  { head: 'passed', cell: ({ passed }) => percent(passed), optional: true },
  {
    head: 'one of the candidates',
    cell: ({ exactCandidate }) => percent(exactCandidate),
    optional: true,
  },
  { head: 'most confident 30 %', cell: ({ exactConfident }) => percent(exactConfident) },
  { head: 'prefilled', cell: ({ prefilledPerHole }) => fixed(prefilledPerHole, 0) },
  {
    head: 'a keystroke',
    cell: ({ prefilledPerKeystroke }) => fixed(prefilledPerKeystroke, 1),
    optional: true,
  },
  { head: 'generated', cell: ({ generatedPerHole }) => fixed(generatedPerHole, 1) },
  { head: 'ms p50', cell: ({ msP50 }) => fixed(msP50, 0) },
  { head: 'p95', cell: ({ msP95 }) => fixed(msP95, 0) },
  {
    head: 'candidates p50',
    cell: ({ candidatesMsP50 }) => fixed(candidatesMsP50, 0),
    optional: true,
  },
];

/** A row for all holes, one for each language and one for each kind of hole. */
export function tableOf({ byLanguage, byKind, ...all }: Summary): Table {
  const rows: [string, Figures][] = [
    ['all', all],
    ...Object.entries(byLanguage),
    ...Object.entries(byKind),
  ];
  const shown = columns.filter(
    ({ cell, optional }) => !optional || rows.some(([, figures]) => cell(figures) !== ''),
  );
  return [
    ['', ...shown.map(({ head }) => head)],
    ...rows.map(([name, figures]) => [name, ...shown.map(({ cell }) => cell(figures))]),
  ];
}

/** What was measured with which settings, and what was not. */
export function notesOf(report: EvalReport): { heading: string; notes: string[] } {
  const { model, device, dataset, contextLength, options, missing } = report;
  const { plan, layout, typed, shape, maxTokens, maxLines, confidence } = options;
  const settings = [
    `${plan} plan`,
    ...(layout ? [layout === 'psm' ? 'prefix first' : 'suffix first'] : []),
    ...(plan === 'anchored' || options.keystrokes ? [`${typed} characters typed`] : []),
    ...(shape === 'gold' ? ['as many lines as were taken out'] : []),
    ...(options.workspace ? ['with other files of the workspace'] : []),
    `at most ${maxTokens} tokens and ${maxLines} lines`,
    ...(confidence === 'off' ? [] : [`${confidence} confidence`]),
  ];
  return {
    heading: `${model} · ${device} · ${contextLength} tokens of context · ${dataset} · ${settings.join(', ')}`,
    notes: Object.entries(missing).map(([what, reason]) => `${what}: ${reason}.`),
  };
}
