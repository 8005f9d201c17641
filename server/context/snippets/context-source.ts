import type { Snippet } from '../../prompt/snippet.js';
import type { SyntaxTree } from '../syntax/syntax-tree.js';

/** The place that somebody completes at. */
export interface ContextPlace {
  /** URI of the document. */
  readonly uri: string;
  readonly languageId: string;
  /** All of the document. */
  readonly text: string;
  /** The cursor, in UTF-16 units. */
  readonly offset: number;
  /** The document's tree, where there is one of exactly this text. Ask it before the first wait and not behind. */
  readonly tree?: SyntaxTree | undefined;
  /** What the latest prompt for the document has shown. */
  readonly shown: readonly Snippet[];
}

/** Where a prompt gets what helps from beyond its document. */
export interface ContextSource {
  /**
   * What helps at a place, best first, each once, and every text passed by the provenance gate. Of `place.shown` whatever
   * still is as it was is among them. Resolves with what it has as soon as `signal` aborts, and never rejects.
   */
  snippets(place: ContextPlace, signal: AbortSignal): Promise<readonly Snippet[]>;
}
