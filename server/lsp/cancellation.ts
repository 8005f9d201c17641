import { LSPErrorCodes, ResponseError, type CancellationToken } from 'vscode-languageserver';

/** What to answer: `result`, or what the protocol wants where the client has cancelled meanwhile. */
export async function unlessCancelled<T>(
  token: CancellationToken,
  result: Promise<T>,
): Promise<T | ResponseError> {
  const answer = await result;
  if (!token.isCancellationRequested) return answer;
  return new ResponseError(LSPErrorCodes.RequestCancelled, 'The request was cancelled.');
}
