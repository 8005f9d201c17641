/** Where a hole was cut: the rest of a line, a whole line, the lines of a block, what stands between the brackets of a call, or a line that uses a symbol of another file. */
export const holeKinds = ['rest', 'line', 'block', 'arguments', 'cross-file'] as const;
export type HoleKind = (typeof holeKinds)[number];

/** A test that runs the filled file: Python source that defines `check(candidate)`. */
export interface HoleTest {
  readonly source: string;
  /** The name that `check` gets; a Python identifier. */
  readonly entryPoint: string;
}

/** One hole of a data set: a document without a piece, and the piece. */
export interface EvalHole {
  /** Unlike every other one of its data set. Runs are compared hole by hole, by it. */
  readonly id: string;
  readonly prefix: string;
  readonly suffix: string;
  /** What stood between the two; blank in some random spans of human-eval-infilling alone. */
  readonly gold: string;
  /** Language identifier, as editors give them. */
  readonly language: string;
  /** Path of the document in its tree, with slashes. Holes of one file are not independent of each other. */
  readonly file: string;
  readonly kind?: HoleKind;
  /** Of a cross-file hole: the symbol, and the file that defines it. */
  readonly symbol?: string;
  readonly definedIn?: string;
  readonly test?: HoleTest;
}
