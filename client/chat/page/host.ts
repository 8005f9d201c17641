import type { PageAction, PageMethod, PageNews, PageRequests } from '../../../protocol/index.js';

export interface RequestOptions {
  /** Called for each `$/progress` of the request, in order, before it is answered. */
  readonly onProgress?: (value: unknown) => void;
}

/** What shows this page: it reaches the server, and an editor where there is one. */
export interface Host {
  /** What the host does beside passing on requests. Buttons for the rest are not shown. */
  readonly can: Readonly<Record<PageAction['kind'], boolean>>;
  /**
   * Asks the server.
   *
   * @throws {Error} whose message is for a person: the server's, or that it cannot be reached
   */
  request<Method extends PageMethod>(
    method: Method,
    params: PageRequests[Method]['params'],
    options?: RequestOptions,
  ): Promise<PageRequests[Method]['result']>;
  act(action: PageAction): void;
  /** What the page should find again when it is loaded anew. */
  remember(state: PageState): void;
  recall(): PageState;
  /** From now on `listener` is told what happens without the page. To be called once, when the page is ready. */
  listen(listener: (news: PageNews) => void, onLost: (message: string) => void): void;
}

export interface PageState {
  readonly conversation?: string;
  /** What stands in the input and was not sent. */
  readonly draft?: string;
}
