import { LSPErrorCodes, ResponseError, type CancellationToken } from 'vscode-languageserver';

/** What to answer: `result`, or what the protocol wants where the client has cancelled meanwhile. */
export async function unlessCancelled<T>(
  token: CancellationToken,
  result: Promise<T>,
): Promise<T | ResponseError> {
  const answer = await result;
  if (!token.isCancellationRequested) return answer;
  return cancelled();
}

/** Runs `work` with a signal that the client's cancellation aborts; then the answer is what the protocol wants. */
export async function withSignal<T>(
  token: CancellationToken,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | ResponseError> {
  const abort = new AbortController();
  const cancellation = token.onCancellationRequested(() => {
    abort.abort();
  });
  if (token.isCancellationRequested) abort.abort();
  try {
    return await unlessCancelled(token, work(abort.signal));
  } catch (error) {
    if (abort.signal.aborted) return cancelled();
    throw error;
  } finally {
    cancellation.dispose();
  }
}

function cancelled(): ResponseError {
  return new ResponseError(LSPErrorCodes.RequestCancelled, 'The request was cancelled.');
}
