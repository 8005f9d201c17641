import type { Range } from 'vscode-languageserver-textdocument';
import type { FinishReason, GenerationSummary } from '../engine/contract.js';
import type { Evidence } from './confidence/evidence.js';
import type { Shape } from './shape.js';

/** What a completion cost and why it ended. */
export interface CompletionStats extends GenerationSummary {
  /** Decoding speed; 0 where nothing was decoded. */
  readonly tokensPerSecond: number;
}

/** A completion, ready to insert. */
export interface Completion extends Evidence {
  /** What takes the place of `range`, with the document's line ends; empty where nothing is worth offering. */
  readonly text: string;
  /** Starts at the cursor and stays on its line; empty for a plain insertion. UTF-16 positions. */
  readonly range: Range;
  readonly shape: Shape;
  /** How many more syntax errors the document has with it; negative where it mends some, absent where nobody can tell. */
  readonly newFaults?: number;
  readonly stats: CompletionStats;
}

/** Whether it was known already, and no model was asked: no prompt is without a token. */
export function isKnown({ stats }: Completion): boolean {
  return stats.promptTokens === 0;
}

/** `reason` is the pipeline's own where it ended the generation before the model did. */
export function statsOf(summary: GenerationSummary, reason: FinishReason): CompletionStats {
  const { generatedTokens, decodeMs } = summary;
  const tokensPerSecond = decodeMs > 0 ? (generatedTokens / decodeMs) * 1000 : 0;
  return { ...summary, reason, tokensPerSecond };
}
