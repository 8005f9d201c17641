import { TextDocuments } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { SyntaxService } from '../context/syntax/syntax-service.js';

/** The open documents, kept in step with the client incrementally. */
export type Documents = TextDocuments<TextDocument>;

export function createDocuments(): Documents {
  return new TextDocuments(TextDocument);
}

/** Keeps the syntax trees of the open documents up with them. */
export function parseDocuments(documents: Documents, syntax: SyntaxService): void {
  documents.onDidOpen(({ document }) => {
    const { uri, languageId, version } = document;
    syntax.open({ uri, languageId, version, text: document.getText() });
  });
  documents.onDidChangeContent(({ document }) => {
    syntax.replace(document.uri, document.version, document.getText());
  });
  documents.onDidClose(({ document }) => {
    syntax.close(document.uri);
  });
}
