import { createHash } from 'node:crypto';
import { logLikelihood } from '../../completion/confidence/shown-length.js';
import {
  confidenceLevels,
  type ConfidenceLevel,
  type LevelThresholds,
} from '../../completion/confidence/thresholds.js';
import { chooseThresholds } from './choose-thresholds.js';
import { gateFigures, shownBy, shownOf, type GateFigures } from './held-back.js';
import { rankings, type Signal } from './ranking.js';
import type { Answered } from './read-answers.js';

/** What showing only whole texts of at least this probability would do. */
export interface RiskCoverage extends GateFigures {
  /** 0 … 1 */
  readonly probability: number;
}

export interface LevelReport {
  readonly target: number;
  /** On the answers that the thresholds were chosen from: flattering. */
  readonly fitted: GateFigures;
  /** Each half of the files behind thresholds that were chosen from the other half. */
  readonly heldOut: GateFigures;
}

/** What `lacuna eval calibrate --json` prints. */
export interface Calibration {
  /** Grows when a field changes its meaning or goes. */
  readonly schema: 1;
  readonly model: string;
  readonly fingerprint: string;
  readonly n: number;
  readonly files: number;
  /** Everything shown. */
  readonly off: GateFigures;
  /** How well what could be taken for confidence tells exact answers from others. */
  readonly ranking: Readonly<
    Record<'all' | 'line' | 'block', Readonly<Record<Signal, number | null>>>
  >;
  readonly riskCoverage: Readonly<Record<'line' | 'block', readonly RiskCoverage[]>>;
  readonly levels: Readonly<Record<ConfidenceLevel, LevelReport>>;
  readonly thresholds: LevelThresholds;
}

const probabilities = [0, 0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9];

const everything = { whole: -Infinity, head: null };

export function calibrate(
  { model, fingerprint }: { readonly model: string; readonly fingerprint: string },
  answers: readonly Answered[],
  targets: Readonly<Record<ConfidenceLevel, number>>,
): Calibration {
  const thresholds = forLevels((level) => chooseThresholds(answers, targets[level]));
  return {
    schema: 1,
    ...{ model, fingerprint, n: answers.length },
    files: new Set(answers.map(({ file }) => file)).size,
    off: gateFigures(shownBy(answers, { line: everything, block: everything })),
    ranking: {
      all: rankings(answers),
      line: rankings(answers.filter(({ shape }) => shape === 'line')),
      block: rankings(answers.filter(({ shape }) => shape === 'block')),
    },
    riskCoverage: {
      line: riskCoverage(answers.filter(({ shape }) => shape === 'line')),
      block: riskCoverage(answers.filter(({ shape }) => shape === 'block')),
    },
    levels: forLevels((level) => ({
      target: targets[level],
      fitted: gateFigures(shownBy(answers, thresholds[level])),
      heldOut: heldOut(answers, targets[level]),
    })),
    thresholds,
  };
}

/** What `lacuna eval calibrate --check --json` prints. */
export interface ThresholdsCheck {
  readonly schema: 1;
  readonly model: string;
  readonly fingerprint: string;
  readonly n: number;
  readonly files: number;
  readonly off: GateFigures;
  readonly levels: Readonly<Record<ConfidenceLevel, { readonly heldOut: GateFigures }>>;
  readonly thresholds: LevelThresholds;
}

/** What thresholds that were chosen from other answers do to these. */
export function checkThresholds(
  { model, fingerprint }: { readonly model: string; readonly fingerprint: string },
  answers: readonly Answered[],
  thresholds: LevelThresholds,
): ThresholdsCheck {
  return {
    schema: 1,
    ...{ model, fingerprint, n: answers.length },
    files: new Set(answers.map(({ file }) => file)).size,
    off: gateFigures(shownBy(answers, { line: everything, block: everything })),
    levels: forLevels((level) => ({ heldOut: gateFigures(shownBy(answers, thresholds[level])) })),
    thresholds,
  };
}

function riskCoverage(answers: readonly Answered[]): RiskCoverage[] {
  return probabilities.map((probability) => ({
    probability,
    ...gateFigures(
      answers.map((answer) =>
        // A text that rounding takes for less likely than anything is shown with the rest of them.
        probability === 0 || logLikelihood(answer.tokens) >= Math.log(probability)
          ? shownOf(answer, everything)
          : shownOf(answer, { whole: null, head: null }),
      ),
    ),
  }));
}

/** Thresholds are chosen from the files of one half, and tried on those of the other. */
function heldOut(answers: readonly Answered[], target: number): GateFigures {
  const halves = [0, 1].map((half) => answers.filter(({ file }) => halfOf(file) === half));
  const [a = [], b = []] = halves;
  return gateFigures([
    ...shownBy(b, chooseThresholds(a, target)),
    ...shownBy(a, chooseThresholds(b, target)),
  ]);
}

/** 0 or 1, always the same for a file. */
function halfOf(file: string): number {
  return (createHash('sha256').update(file).digest()[0] ?? 0) % 2;
}

function forLevels<T>(of: (level: ConfidenceLevel) => T): Record<ConfidenceLevel, T> {
  const entries = confidenceLevels.map((level) => [level, of(level)] as const);
  return Object.fromEntries(entries) as Record<ConfidenceLevel, T>;
}
