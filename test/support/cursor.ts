import { TextDocument } from 'vscode-languageserver-textdocument';
import { holeAt, type Hole } from '../../server/completion/hole.js';

/** A source text with `█` where the cursor stands. */
export interface CursorText {
  readonly text: string;
  /** UTF-16 units from the start. */
  readonly offset: number;
}

export function cursorText(marked: string): CursorText {
  const offset = marked.indexOf('█');
  if (offset < 0 || offset !== marked.lastIndexOf('█')) {
    throw new Error(`a test text needs exactly one █: ${JSON.stringify(marked)}`);
  }
  return { text: marked.replace('█', ''), offset };
}

export function holeOf(marked: string, languageId = 'typescript'): Hole {
  const { text, offset } = cursorText(marked);
  return holeAt(text, offset, languageId);
}

export function documentOf(marked: string, languageId = 'typescript'): [TextDocument, number] {
  const { text, offset } = cursorText(marked);
  return [TextDocument.create('file:///test.ts', languageId, 1, text), offset];
}
