import type { TextRange } from '../context/syntax/text-range.js';

/** An edit that passed all checks: whole lines of a document, and what is to stand in their place. */
export interface EditDraft extends TextRange {
  readonly title: string;
  readonly uri: string;
  /** Of the document it was made for; null for one that is not open. */
  readonly version: number | null;
  /** Whether the file is to be created. */
  readonly creates: boolean;
  readonly oldText: string;
  readonly newText: string;
  readonly model: string;
  /** How often the model was asked. */
  readonly attempts: number;
  /** Whether a grammar has seen the new text. */
  readonly parsed: boolean;
  readonly usage?: { readonly generated: number; readonly tokensPerSecond: number };
}
