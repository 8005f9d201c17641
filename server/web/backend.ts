import type { PageMethod, PageNews } from '../../protocol/index.js';

/** What answers a page's requests. */
export interface ChatBackend {
  /**
   * @param onProgress called for each `$/progress`, in order, before the answer
   * @param signal cancels the request
   * @throws {Error} whose message is for a person
   */
  request(
    method: PageMethod,
    params: unknown,
    onProgress: (value: unknown) => void,
    signal: AbortSignal,
  ): Promise<unknown>;
  /** From now on `listener` is told what happens unasked; the result ends that. */
  subscribe(listener: (news: PageNews) => void): () => void;
}
