import { fixed, percent, type Table } from '../report/table.js';
import { pairedDifference, type Difference, type Pair } from './bootstrap.js';
import { mcnemar } from './mcnemar.js';
import type { Marks } from './read-predictions.js';

/** One measure of both runs, over the holes that both have. */
export interface Compared extends Difference {
  readonly a: number;
  readonly b: number;
  readonly n: number;
}

/** What `lacuna eval --compare --json` prints. Shares are 0 … 1; a difference is b − a. */
export interface Comparison {
  /** Grows when a field changes its meaning or goes. */
  readonly schema: 1;
  /** Holes that both runs have, and those that one run alone has. */
  readonly n: number;
  readonly unpaired: number;
  readonly exact: Compared | null;
  readonly exactNonTrivial: Compared | null;
  readonly editSimilarity: Compared | null;
  readonly stopsRight: Compared | null;
  /** Over the holes of which both runs say it. */
  readonly parsesClean: Compared | null;
  readonly passed: Compared | null;
  readonly prefilledPerHole: Compared | null;
  readonly ms: Compared | null;
  /** Holes that one run alone got right, and how likely so uneven a split is by chance. */
  readonly mcnemar: { readonly onlyA: number; readonly onlyB: number; readonly p: number };
}

type MarksPair = readonly [Marks, Marks];

export function compareRuns(
  a: ReadonlyMap<string, Marks>,
  b: ReadonlyMap<string, Marks>,
): Comparison {
  const pairs = [...a.values()].flatMap((one): MarksPair[] => {
    const other = b.get(one.id);
    return other ? [[one, other]] : [];
  });
  const telling = pairs.filter(([one]) => one.nonTrivial);
  const on = (some: readonly MarksPair[], value: (marks: Marks) => number): Compared | null =>
    compared(some.map(([x, y]) => ({ file: x.file, a: value(x), b: value(y) })));
  const onlyA = pairs.filter(([x, y]) => x.exact && !y.exact).length;
  const onlyB = pairs.filter(([x, y]) => !x.exact && y.exact).length;
  return {
    schema: 1,
    n: pairs.length,
    unpaired: a.size + b.size - 2 * pairs.length,
    exact: on(pairs, ({ exact }) => Number(exact)),
    exactNonTrivial: on(telling, ({ exact }) => Number(exact)),
    editSimilarity: on(pairs, ({ editSimilarity }) => editSimilarity),
    stopsRight: on(pairs, ({ stopsRight }) => Number(stopsRight)),
    parsesClean: on(both(pairs, 'parsesClean'), ({ parsesClean }) => Number(parsesClean)),
    passed: on(both(pairs, 'verdict'), ({ verdict }) => Number(verdict === 'passed')),
    prefilledPerHole: on(pairs, ({ prefilledTokens }) => prefilledTokens),
    ms: on(pairs, ({ ms }) => ms),
    mcnemar: { onlyA, onlyB, p: mcnemar(onlyA, onlyB) },
  };
}

/** Where both runs have the mark. */
function both(pairs: readonly MarksPair[], mark: 'parsesClean' | 'verdict'): MarksPair[] {
  return pairs.filter(([a, b]) => a[mark] !== undefined && b[mark] !== undefined);
}

/** Null for no pairs. */
export function compared(pairs: readonly Pair[]): Compared | null {
  const difference = pairedDifference(pairs);
  if (!difference) return null;
  const mean = (value: (pair: Pair) => number): number =>
    pairs.reduce((sum, pair) => sum + value(pair), 0) / pairs.length;
  return { a: mean((pair) => pair.a), b: mean((pair) => pair.b), n: pairs.length, ...difference };
}

/** How shares, and differences of shares, are written. */
export const share = (value: number): string => percent(value);
export const points = (value: number): string => signed(100 * value, 1);

export function comparisonTable(comparison: Comparison): Table {
  return tableOfRows('holes', [
    ['exact', comparison.exact, share, points],
    ['more than brackets', comparison.exactNonTrivial, share, points],
    ['edit similarity', comparison.editSimilarity, share, points],
    ['stops right', comparison.stopsRight, share, points],
    ['parses', comparison.parsesClean, share, points],
    ['passed', comparison.passed, share, points],
    [
      'prefilled',
      comparison.prefilledPerHole,
      (value) => fixed(value, 1),
      (value) => signed(value, 1),
    ],
    ['ms', comparison.ms, (value) => fixed(value, 1), (value) => signed(value, 1)],
  ]);
}

/** A measure's name, what there is of it, and how a value and a difference of it are written. */
export type ComparedRow = readonly [
  string,
  Compared | null,
  (value: number) => string,
  (value: number) => string,
];

/** Measures that no pair has are left out. `unit` names what was paired. */
export function tableOfRows(unit: string, rows: readonly ComparedRow[]): Table {
  return [
    ['', unit, 'A', 'B', 'B − A', '95 % interval', ''],
    ...rows.flatMap(([name, figures, value, change]) => {
      if (!figures) return [];
      const { n, a, b, mean, interval } = figures;
      const ends = interval.map(change).join(' … ');
      return [[name, String(n), value(a), value(b), change(mean), ends, verdictOf(figures)]];
    }),
  ];
}

/** What may be said of a difference: nothing where its interval holds zero. */
export function verdictOf({ interval: [low, high] }: Difference): string {
  if (low > 0) return 'B more';
  return high < 0 ? 'B less' : 'no difference shown';
}

/** `unit` names what was paired, `right` what makes one count. */
export function comparisonNotes(
  { unpaired, mcnemar }: Pick<Comparison, 'unpaired' | 'mcnemar'>,
  unit = 'holes',
  right = 'Right',
): string[] {
  const { onlyA, onlyB, p } = mcnemar;
  const chance = p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`;
  return [
    `${right} in A alone: ${onlyA}, in B alone: ${onlyB}; McNemar's exact test: ${chance}.`,
    'Intervals: paired bootstrap over files, differences of shares in points.',
    ...(unpaired > 0 ? [`${unpaired} ${unit} stand in one file alone and do not count.`] : []),
  ];
}

export function signed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return value > 0 && Number(text) !== 0 ? `+${text}` : text.replace(/^-(0(?:\.0*)?)$/, '$1');
}
