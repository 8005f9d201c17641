import { shownLength } from '../../completion/confidence/shown-length.js';
import type { ShapeThresholds, Thresholds } from '../../completion/confidence/thresholds.js';
import { wilson } from '../report/summarize.js';
import { editSimilarity } from '../metrics/edit-similarity.js';
import { comparable } from '../metrics/exact-match.js';
import type { Answered } from './read-answers.js';

/** What becomes of an answer behind a gate. */
export interface Shown {
  /** Whether all of it is shown, a beginning, or nothing. */
  readonly kind: 'whole' | 'head' | 'nothing';
  /** The whole is exact, or the gold begins with what is shown. False for nothing. */
  readonly right: boolean;
  readonly exact: boolean;
  /** What is shown and the gold, as texts are compared. */
  readonly text: string;
  readonly gold: string;
  /** UTF-16 units, white space at the ends aside. */
  readonly characters: number;
}

export function shownOf(answer: Answered, thresholds: Thresholds): Shown {
  const length = shownLength(answer, thresholds);
  const text = answer.text.slice(0, length);
  const { gold } = answer;
  const got = comparable(text);
  if (got.trim() === '')
    return { kind: 'nothing', right: false, exact: false, text: '', gold, characters: 0 };
  const whole = length === answer.text.length;
  return {
    kind: whole ? 'whole' : 'head',
    right: whole ? answer.exact : gold.startsWith(got),
    exact: whole && answer.exact,
    ...{ text: got, gold },
    characters: text.trim().length,
  };
}

/** Over some answers behind a gate. Shares are 0 … 1; null where nothing tells. */
export interface GateFigures {
  readonly n: number;
  /** Answers of which anything is shown. */
  readonly shown: number | null;
  /** Those of which only a beginning is. */
  readonly shortened: number | null;
  /** Among what is shown: exact, or a beginning of the gold; with Wilson's 95 % interval. */
  readonly right: number | null;
  readonly rightInterval: readonly [number, number] | null;
  /** Among what is shown: all that was missing, to the letter. */
  readonly exact: number | null;
  readonly editSimilarity: number | null;
  /** Characters of what is right and of what is wrong, for each answer, shown or not. */
  readonly rightCharacters: number | null;
  readonly wrongCharacters: number | null;
}

export function gateFigures(all: readonly Shown[]): GateFigures {
  const shown = all.filter(({ kind }) => kind !== 'nothing');
  const share = (some: readonly Shown[], value: (each: Shown) => number): number | null =>
    some.length === 0 ? null : some.reduce((sum, each) => sum + value(each), 0) / some.length;
  const right = share(shown, (each) => Number(each.right));
  return {
    n: all.length,
    shown: share(all, ({ kind }) => Number(kind !== 'nothing')),
    shortened: share(all, ({ kind }) => Number(kind === 'head')),
    right,
    rightInterval: right === null ? null : wilson(right, shown.length),
    exact: share(shown, ({ exact }) => Number(exact)),
    editSimilarity: share(shown, ({ text, gold }) => editSimilarity(text, gold)),
    rightCharacters: share(all, (each) => (each.right ? each.characters : 0)),
    wrongCharacters: share(all, (each) => (each.right ? 0 : each.characters)),
  };
}

export function shownBy(answers: readonly Answered[], thresholds: ShapeThresholds): Shown[] {
  return answers.map((answer) => shownOf(answer, thresholds[answer.shape]));
}
