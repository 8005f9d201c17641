import { ErrorCodes, ResponseError, type TextDocumentPositionParams } from 'vscode-languageserver';

/** @throws ResponseError (InvalidParams) unless the parameters name a document and a place in it. */
export function checkPlace(params: TextDocumentPositionParams): void {
  // Typed, but not checked: a client may send anything.
  const { textDocument, position } = params as unknown as {
    textDocument?: { uri?: unknown } | null;
    position?: { line?: unknown; character?: unknown } | null;
  };
  if (typeof textDocument?.uri !== 'string') {
    throw new ResponseError(ErrorCodes.InvalidParams, 'textDocument.uri must be a string.');
  }
  if (![position?.line, position?.character].every((n) => Number.isInteger(n) && Number(n) >= 0)) {
    throw new ResponseError(
      ErrorCodes.InvalidParams,
      'position.line and position.character must be whole numbers from 0.',
    );
  }
}
