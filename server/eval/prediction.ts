import type { FinishReason } from '../engine/contract.js';
import type { Evidence } from '../completion/confidence/evidence.js';
import type { Shape } from '../completion/shape.js';
import type { HoleKind } from './hole.js';

/** What became of the program that an answer was put into. */
export const verdicts = ['passed', 'failed', 'timeout'] as const;
export type Verdict = (typeof verdicts)[number];

/** What somebody is offered who asks for more than the first. */
export interface OfferedCandidates {
  /** Whether any of them is exact, the first included. */
  readonly exact: boolean;
  /** From the request to all of them, the first being known; milliseconds. */
  readonly ms: number;
}

/** A completion as the model gave it, with all that decides how much of it is shown. Offsets are of LF line ends. */
export interface ScoredAnswer extends Evidence {
  readonly text: string;
  readonly shape: Shape;
  readonly exact: boolean;
  /** The model that gave it, and the fingerprint of its file, as far as the engine tells. */
  readonly model: string;
  readonly fingerprint?: string;
}

/** One answer and its marks: a line of `--predictions`. */
export interface Prediction {
  readonly id: string;
  readonly file: string;
  readonly language: string;
  readonly kind?: HoleKind;
  readonly gold: string;
  readonly text: string;
  /** UTF-16 units of the suffix that `text` takes the place of. */
  readonly replaced: number;
  /** Of the completion before anything was held back; absent where the hole was refused. */
  readonly scored?: ScoredAnswer;
  readonly exact: boolean;
  /** Whether the gold is more than brackets. */
  readonly nonTrivial: boolean;
  /** 0 … 1. */
  readonly editSimilarity: number;
  readonly stopsRight: boolean;
  /** Absent where nothing can parse the language. */
  readonly parsesClean?: boolean;
  /** Present where the hole has a test and it was run. */
  readonly verdict?: Verdict;
  readonly promptTokens: number;
  /** Tokens of the prompt that were not in the cache. */
  readonly prefilledTokens: number;
  /** Those that were taken from the engine until the answer was whole. */
  readonly generatedTokens: number;
  /** Of each keystroke up to the scored one, which is the last, where typing was measured. */
  readonly keystrokeTokens?: readonly number[];
  /** `refused` where the gate kept the document out of the prompt. */
  readonly reason: FinishReason | 'refused';
  /** From the request to the whole answer, planning and filters included; milliseconds. */
  readonly ms: number;
  /** Mean of these tokens' log-probabilities; null where nothing was generated. */
  readonly logProbability: number | null;
  /** Present where `--candidates` asked for more than the first and there was one. */
  readonly candidates?: OfferedCandidates;
}
