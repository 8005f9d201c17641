import type { SnippetOrigin } from './snippet.js';

/** How snippets are shown, and how many. */
export interface SnippetForm {
  /** The most that they take of the room for a prompt. */
  readonly share: number;
  /** Whether each begins with the path of its file. */
  readonly path: boolean;
  /** Which are shown. */
  readonly origins: ReadonlySet<SnippetOrigin>;
}

/**
 * By the room for a prompt, tokens. Models of a short context copy what they see rather than understand it: a definition
 * tells them nothing that is worth the lines of the document whose place it takes, code that looks alike does. How that
 * was measured stands in docs/quality.md.
 */
const forShort: SnippetForm = { share: 0.36, path: false, origins: new Set(['edit', 'tab']) };
const forLong: SnippetForm = {
  share: 0.25,
  path: true,
  origins: new Set(['definition', 'type', 'import', 'edit', 'tab']),
};
const SHORT = 1024;

/** How snippets are shown where a prompt has `room` tokens. */
export function snippetForm(room: number): SnippetForm {
  return room < SHORT ? forShort : forLong;
}
