import { logLikelihood } from '../../completion/confidence/shown-length.js';
import type { ShapeThresholds, Thresholds } from '../../completion/confidence/thresholds.js';
import { shownOf, type Shown } from './held-back.js';
import type { Answered } from './read-answers.js';

/** A share of fewer is chance: a threshold that lets fewer pass is none. */
const FEWEST = 20;
/** Thresholds are tried in steps of this from 0 down, as far as that. */
const STEP = 0.05;
const MOST_BELOW = 12;

/**
 * The thresholds that show most of these answers while at least `target` (0 … 1) of what is shown is right, for each shape:
 * first for whole texts, then for beginnings of what that holds back. Null where fewer than 20
 * would be shown, or none is right often enough.
 */
export function chooseThresholds(answers: readonly Answered[], target: number): ShapeThresholds {
  const of = (shape: 'line' | 'block'): Thresholds =>
    chooseForShape(
      answers.filter((each) => each.shape === shape),
      target,
    );
  return { line: of('line'), block: of('block') };
}

function chooseForShape(answers: readonly Answered[], target: number): Thresholds {
  const whole = widest((least) => {
    const sure = answers.filter(({ tokens }) => logLikelihood(tokens) >= least);
    return sure.map((answer) => shownOf(answer, { whole: least, head: null }));
  }, target);
  const unsure = answers.filter(({ tokens }) => whole === null || logLikelihood(tokens) < whole);
  const head = widest(
    (least) => unsure.map((answer) => shownOf(answer, { whole: null, head: least })),
    target,
  );
  return { whole, head };
}

/** The highest threshold of those that let most pass while `target` of it is right. */
function widest(passing: (threshold: number) => Shown[], target: number): number | null {
  let found: number | null = null;
  let most = FEWEST - 1;
  for (let step = 0; step * STEP <= MOST_BELOW; step++) {
    const threshold = 0 - Math.round(100 * step * STEP) / 100;
    const shown = passing(threshold).filter(({ kind }) => kind !== 'nothing');
    const right = shown.filter((each) => each.right).length;
    if (shown.length <= most || right / shown.length < target) continue;
    found = threshold;
    most = shown.length;
  }
  return found;
}
