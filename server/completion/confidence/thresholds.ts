import type { Shape } from '../shape.js';

/** How sure a model must be of what nobody asked for, from the least sure on. */
export const confidenceLevels = ['eager', 'balanced', 'strict'] as const;
export type ConfidenceLevel = (typeof confidenceLevels)[number];

/**
 * Least natural logarithms of the probability that the model gives a text: the sum over its tokens, so that of two texts
 * with tokens as likely the longer one needs more. ≤ 0; null where no text is sure enough.
 */
export interface Thresholds {
  /** Of the whole text, to show all of it. */
  readonly whole: number | null;
  /** Of the beginning of a text that is not sure enough as a whole, to show that. */
  readonly head: number | null;
}

export type ShapeThresholds = Readonly<Record<Shape, Thresholds>>;
export type LevelThresholds = Readonly<Record<ConfidenceLevel, ShapeThresholds>>;

/** Where thresholds come from, for people. */
export interface CalibrationSource {
  readonly command: string;
  readonly dataset: string;
  /** Answers they were chosen from. */
  readonly holes: number;
  /** `2026-11-22` */
  readonly date: string;
  /** Share of right ones among what is shown that each level was chosen for. */
  readonly targets: Readonly<Record<ConfidenceLevel, number>>;
}

export interface ModelThresholds {
  /** The model's own name, for people. */
  readonly model: string;
  /** Of the model file that was measured: they are for no other. */
  readonly fingerprint: string;
  readonly levels: LevelThresholds;
  readonly source: CalibrationSource;
}

/** The thresholds of every model that was measured. */
export interface ConfidenceData {
  /** Grows when a field changes its meaning or goes. */
  readonly schema: 1;
  readonly models: readonly ModelThresholds[];
}

export const noThresholds: ConfidenceData = { schema: 1, models: [] };

/**
 * For models that nobody has measured: only what is next to impossible is withheld, at every level alike. A text that its
 * own model gives less than e⁻⁸ (a line) or e⁻¹⁶ (a block) is as good as never what is wanted.
 */
const uncalibrated: ShapeThresholds = {
  line: { whole: -8, head: -8 },
  block: { whole: -16, head: -16 },
};

/** The thresholds for a model file; `fingerprint` undefined where nobody can tell which it is. */
export function thresholdsFor(
  { models }: ConfidenceData,
  fingerprint: string | undefined,
  level: ConfidenceLevel,
): ShapeThresholds {
  const known = models.find((each) => each.fingerprint === fingerprint);
  return known ? known.levels[level] : uncalibrated;
}
