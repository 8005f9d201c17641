/** What is parsed at all, and how long it may take. */
export interface SyntaxLimits {
  /** UTF-16 units; a longer document is left out. */
  readonly longest: number;
  /** Milliseconds the parser may work on one text, in all; then the document is left out. */
  readonly parseMs: number;
  /** Milliseconds of parsing within a change of the document, so that a keystroke's tree is there at once. */
  readonly changeMs: number;
  /** Milliseconds of parsing before the server's other work has its turn. */
  readonly sliceMs: number;
}

export const DEFAULT_LIMITS: SyntaxLimits = {
  longest: 2_000_000,
  parseMs: 10_000,
  changeMs: 1.5,
  sliceMs: 4,
};

/** Why a document has no syntax tree, in words for a log or a status line. */
export interface LeftOut {
  readonly reason: 'language' | 'too-large' | 'binary' | 'too-slow' | 'grammar' | 'parser';
  readonly message: string;
}

/** Reason to leave a text out before it is parsed; undefined for an ordinary source text. */
export function unfitToParse(text: string, { longest }: SyntaxLimits): LeftOut | undefined {
  if (text.length > longest)
    return {
      reason: 'too-large',
      message: `it has ${text.length} characters, more than the ${longest} that are parsed`,
    };
  // No source text has a NUL; nearly every binary file has one early on.
  if (text.slice(0, 65_536).includes('\0'))
    return {
      reason: 'binary',
      message: 'it holds NUL characters, so it is taken for a binary file',
    };
  return undefined;
}
