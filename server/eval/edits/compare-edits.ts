import type { Pair } from '../compare/bootstrap.js';
import {
  compared,
  points,
  share,
  signed,
  tableOfRows,
  type Comparison,
  type Compared,
} from '../compare/compare.js';
import { mcnemar } from '../compare/mcnemar.js';
import { fixed, type Table } from '../report/table.js';
import type { EditMarks } from './read-edit-predictions.js';

/** What `lacuna eval --edits --compare --json` prints. Shares are 0 … 1; a difference is b − a. */
export interface EditsComparison extends Pick<Comparison, 'schema' | 'n' | 'unpaired' | 'mcnemar'> {
  /** Over the tasks whose tests both runs have. */
  readonly passed: Compared | null;
  readonly refused: Compared | null;
  readonly exact: Compared | null;
  readonly generatedPerTask: Compared | null;
  readonly ms: Compared | null;
}

export function compareEdits(
  a: ReadonlyMap<string, EditMarks>,
  b: ReadonlyMap<string, EditMarks>,
): EditsComparison {
  const pairs = [...a.values()].flatMap((one): [EditMarks, EditMarks][] => {
    const other = b.get(one.id);
    return other ? [[one, other]] : [];
  });
  const tested = pairs.filter(([x, y]) => x.verdict !== undefined && y.verdict !== undefined);
  const passes = ({ verdict }: EditMarks): boolean => verdict === 'passed';
  const onlyA = tested.filter(([x, y]) => passes(x) && !passes(y)).length;
  const onlyB = tested.filter(([x, y]) => !passes(x) && passes(y)).length;
  const on = (some: typeof pairs, value: (marks: EditMarks) => number): Compared | null =>
    compared(some.map(([x, y]): Pair => ({ file: x.file, a: value(x), b: value(y) })));
  return {
    schema: 1,
    n: pairs.length,
    unpaired: a.size + b.size - 2 * pairs.length,
    passed: on(tested, (marks) => Number(passes(marks))),
    refused: on(pairs, ({ text }) => Number(text === null)),
    exact: on(pairs, ({ exact }) => Number(exact)),
    generatedPerTask: on(pairs, ({ generatedTokens }) => generatedTokens),
    ms: on(pairs, ({ ms }) => ms),
    mcnemar: { onlyA, onlyB, p: mcnemar(onlyA, onlyB) },
  };
}

export function editsComparisonTable(comparison: EditsComparison): Table {
  const plain = (value: number): string => fixed(value, 1);
  const change = (value: number): string => signed(value, 1);
  return tableOfRows('tasks', [
    ['passed', comparison.passed, share, points],
    ['refused', comparison.refused, share, points],
    ['exact', comparison.exact, share, points],
    ['generated', comparison.generatedPerTask, plain, change],
    ['ms', comparison.ms, plain, change],
  ]);
}
