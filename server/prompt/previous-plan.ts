import type { Cuts } from './fit-hole.js';
import type { Snippet } from './snippet.js';

/** What a plan leaves to the next one for its document. */
export interface PreviousPlan {
  /** Where the document was cut: the cuts stay as long as they serve. */
  readonly cuts: Cuts;
  /** What was shown in front of it, in this order: they stay as long as they serve. */
  readonly snippets?: readonly Snippet[];
}
