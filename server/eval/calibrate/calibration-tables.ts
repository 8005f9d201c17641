import { confidenceLevels, type Thresholds } from '../../completion/confidence/thresholds.js';
import { fixed, percent, type Table } from '../report/table.js';
import type { Calibration, ThresholdsCheck } from './calibrate.js';
import type { Signal } from './ranking.js';
import type { GateFigures } from './held-back.js';

/** How well each signal tells exact answers from others. */
export function rankingTable({ ranking }: Calibration): Table {
  const names: readonly (readonly [Signal, string])[] = [
    ['joint', 'the whole text'],
    ['mean', 'mean token'],
    ['least', 'least token'],
    ['first', 'first token'],
    ['fewTokens', 'few tokens'],
  ];
  return [
    ['area under the curve', ...names.map(([, name]) => name)],
    ...(['all', 'line', 'block'] as const).map((shape) => [
      shape,
      ...names.map(([signal]) => fixed(ranking[shape][signal], 3)),
    ]),
  ];
}

/** How right answers are by how likely their model takes them for. */
export function riskCoverageTable({ riskCoverage }: Calibration): Table {
  return [
    ['shape', 'probability ≥', 'shown', 'exact of these', 'edit similarity'],
    ...(['line', 'block'] as const).flatMap((shape) =>
      riskCoverage[shape].map(({ probability, shown, exact, editSimilarity }) => [
        shape,
        String(probability),
        percent(shown),
        percent(exact),
        percent(editSimilarity),
      ]),
    ),
  ];
}

/** What each level shows, on files that its thresholds were not chosen from. */
export function levelsTable({ off, levels, thresholds }: ThresholdsCheck): Table {
  return [
    [
      'level',
      ...['line: whole', 'head', 'block: whole', 'head'],
      ...['shown', 'shortened', 'right of these', '95 % interval', 'exact of these'],
      ...['edit similarity', 'right characters', 'wrong'],
    ],
    ['off', '', '', '', '', ...cells(off)],
    ...confidenceLevels.map((level) => {
      const { line, block } = thresholds[level];
      const limits = [...limitsOf(line), ...limitsOf(block)];
      return [level, ...limits, ...cells(levels[level].heldOut)];
    }),
  ];
}

function limitsOf({ whole, head }: Thresholds): string[] {
  return [whole, head].map((limit) => (limit === null ? 'never' : limit.toFixed(2)));
}

function cells(figures: GateFigures): string[] {
  const { shown, shortened, right, rightInterval, exact, editSimilarity } = figures;
  return [
    percent(shown),
    percent(shortened),
    percent(right),
    rightInterval ? rightInterval.map((end) => (100 * end).toFixed(0)).join(' … ') : '',
    percent(exact),
    percent(editSimilarity),
    fixed(figures.rightCharacters, 2),
    fixed(figures.wrongCharacters, 2),
  ];
}
