import { TextDocument } from 'vscode-languageserver-textdocument';
import { applyEdit, type TextEdit } from '../../context/syntax/text-edit.js';
import type { Completion } from '../completion.js';

export interface Accepted {
  readonly document: TextDocument;
  /** Of the cursor, which stands behind what was accepted; UTF-16 units. */
  readonly offset: number;
  /** What made the document of the one before. */
  readonly edit: TextEdit;
}

/** The document as it will be once `completion` is accepted. */
export function accepted(document: TextDocument, { text, range }: Completion): Accepted {
  const { uri, languageId, version } = document;
  const start = document.offsetAt(range.start);
  const edit = { start, oldEnd: document.offsetAt(range.end), newText: text };
  const changed = applyEdit(document.getText(), edit);
  return {
    document: TextDocument.create(uri, languageId, version + 1, changed),
    offset: start + text.length,
    edit,
  };
}

/** The document as it is now, which no later change touches. */
export function snapshot(document: TextDocument): TextDocument {
  const { uri, languageId, version } = document;
  return TextDocument.create(uri, languageId, version, document.getText());
}
