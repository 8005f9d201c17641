import { randomUUID } from 'node:crypto';
import type { CancellationToken } from 'vscode';
import {
  LSPErrorCodes,
  ProgressType,
  ResponseError,
  type LanguageClient,
} from 'vscode-languageclient/node';

export interface AskOptions<Progress> {
  readonly token?: CancellationToken;
  /** Gets what `$/progress` carries, in order. */
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * Sends a request of Lacuna's own. With `onProgress` it asks for partial results.
 *
 * @throws {Error} what the server says, or that it is gone; see `wasCancelled`
 */
export async function ask<Result, Progress = never>(
  client: LanguageClient,
  method: string,
  params: object,
  { token, onProgress }: AskOptions<Progress> = {},
): Promise<Result> {
  const partialResultToken = randomUUID();
  const listening =
    onProgress && client.onProgress(new ProgressType<Progress>(), partialResultToken, onProgress);
  try {
    const all = onProgress ? { ...params, partialResultToken } : params;
    // A token that is undefined would be sent as a second parameter.
    return token
      ? await client.sendRequest<Result>(method, all, token)
      : await client.sendRequest<Result>(method, all);
  } finally {
    listening?.dispose();
  }
}

/** Whether a request ended because somebody cancelled it. */
export function wasCancelled(error: unknown): boolean {
  return (
    error instanceof ResponseError &&
    (error.code === LSPErrorCodes.RequestCancelled || error.code === LSPErrorCodes.ServerCancelled)
  );
}
