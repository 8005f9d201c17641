import type { ArrangedHole } from './arrange-hole.js';
import type { Snippet } from './snippet.js';

/** What a plan leaves to the next one for its document. */
export interface PreviousPlan {
  /** What it said of the document: as much stays as serves. */
  readonly hole: ArrangedHole;
  /** What was shown in front of it, in this order: they stay as long as they serve. */
  readonly snippets?: readonly Snippet[];
}
