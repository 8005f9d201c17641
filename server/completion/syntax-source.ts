import type { ReadyOptions } from '../context/syntax/syntax-service.js';
import type { SyntaxTree } from '../context/syntax/syntax-tree.js';
import { editBetween } from '../context/syntax/text-edit.js';

/** Where syntax trees of documents come from. */
export interface SyntaxSource {
  /** The tree of the document as it is, waited for; undefined where there is none in time. Never rejects. */
  ready(uri: string, options: ReadyOptions): Promise<SyntaxTree | undefined>;
}

/**
 * A keystroke's tree is there within the change that made it. This is for documents that have just been opened, and for
 * very long ones: milliseconds.
 */
const TREE_MS = 100;

/** Longest that it may take to parse a text that differs from the document, milliseconds. */
const EDIT_MS = 10;

/**
 * The tree of `text`, a copy that no change of the document touches: dispose of it. The text may be the document with an
 * item of a list or a completion in it. Never rejects.
 */
export async function treeOf(
  uri: string,
  text: string,
  syntax: SyntaxSource | undefined,
  signal: AbortSignal,
): Promise<SyntaxTree | undefined> {
  const tree = await syntax?.ready(uri, { deadlineMs: TREE_MS, signal });
  if (!tree || tree.text === text) return tree?.copy();
  const edit = editBetween(tree.text, text);
  return edit && tree.withEdit(edit, EDIT_MS);
}
