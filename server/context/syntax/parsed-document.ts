import type { SyntaxService } from './syntax-service.js';

/** A text that takes longer goes without a tree, milliseconds: long enough that no machine in use is too slow. */
export const UNHURRIED_MS = 10_000;

/** What an editor's document offers. */
export interface DocumentText {
  readonly uri: string;
  readonly languageId: string;
  readonly version: number;
  getText(): string;
}

/**
 * Opens a document for who has no editor, and waits until it is parsed: what is asked of it then does not depend on how
 * fast the machine is.
 */
export async function openParsed(service: SyntaxService, document: DocumentText): Promise<void> {
  const { uri, languageId, version } = document;
  service.open({ uri, languageId, version, text: document.getText() });
  await service.ready(uri, { deadlineMs: UNHURRIED_MS });
}
