import { TextDocument } from 'vscode-languageserver-textdocument';
import type { TextRange } from '../../server/context/syntax/text-range.js';

/** A document with what is selected in it: between two `█`, or a cursor at the only one. */
export interface SelectedText {
  readonly document: TextDocument;
  readonly text: string;
  readonly range: TextRange;
}

export function selectedText(
  marked: string,
  languageId = 'typescript',
  uri = 'file:///test.ts',
): SelectedText {
  const [before, inside, after, more] = marked.split('█');
  if (before === undefined || inside === undefined || more !== undefined)
    throw new Error(`a test text needs one █ or two: ${JSON.stringify(marked)}`);
  const text = marked.replaceAll('█', '');
  const start = before.length;
  const end = after === undefined ? start : start + inside.length;
  return { document: TextDocument.create(uri, languageId, 1, text), text, range: { start, end } };
}
