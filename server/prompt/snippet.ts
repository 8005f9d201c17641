/** How a snippet came to be thought useful. */
export type SnippetOrigin = 'definition' | 'type' | 'import' | 'edit' | 'tab';

/** A stretch of text from elsewhere that helps to fill a hole. */
export interface Snippet {
  /** URI of the file it comes from. */
  readonly source: string;
  /** Whole lines, as they have passed the provenance gate. */
  readonly text: string;
  readonly origin: SnippetOrigin;
  /** What the model may read as the name of the file: its path in the workspace. */
  readonly path?: string;
}

/** Whether two snippets show a model the same. */
export function sameSnippet(one: Snippet, other: Snippet): boolean {
  return one.source === other.source && one.text === other.text && one.path === other.path;
}
