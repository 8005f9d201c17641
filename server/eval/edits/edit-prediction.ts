import type { Verdict } from '../prediction.js';

/** What a model made of a task: the whole file, or why there is none. */
export type EditAnswer = EditCost &
  (
    | { readonly text: string; readonly refusal?: never }
    | { readonly refusal: string; readonly text?: never }
  );

export interface EditCost {
  /** How often the model was asked; 0 where it was not. */
  readonly attempts: number;
  readonly generatedTokens: number;
  /** While they were generated; null where nobody measured it. */
  readonly tokensPerSecond: number | null;
}

/** One answer and its marks: a line of `--predictions`. */
export interface EditPrediction {
  readonly id: string;
  readonly file: string;
  readonly language: string;
  readonly kind?: string;
  readonly instruction: string;
  /** The whole file; null where it was refused. */
  readonly text: string | null;
  readonly refusal?: string;
  /** Whether the file is that of the data set. */
  readonly exact: boolean;
  /** Whether the file has no more syntax errors than that of the data set; absent where nothing can parse it, or nothing was offered. */
  readonly parsesClean?: boolean;
  /** A refused one has failed. Absent where its tests cannot be run here: the file of the data set fails them, too. */
  readonly verdict?: Verdict;
  readonly attempts: number;
  readonly generatedTokens: number;
  readonly tokensPerSecond: number | null;
  /** From the instruction to the edit; milliseconds. */
  readonly ms: number;
}
