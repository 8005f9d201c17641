import type { SnippetOrigin } from '../../prompt/snippet.js';

/** A text that may help, as it is in its file: nothing has looked at it yet. */
export interface Finding {
  /** URI of the file. */
  readonly uri: string;
  readonly text: string;
  readonly origin: SnippetOrigin;
  /** Whether the file still has the text. */
  readonly isTrue: () => boolean;
}
