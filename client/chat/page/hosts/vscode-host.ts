import type { HostMessage, PageAnswer, PageMessage } from '../../../../protocol/index.js';
import type { Host, PageState, RequestOptions } from '../host.js';

/** What VS Code gives to a webview, once. */
export interface WebviewApi {
  postMessage(message: PageMessage): void;
  getState(): PageState | undefined;
  setState(state: unknown): void;
}

interface Waiting {
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: RequestOptions['onProgress'];
}

/** The page in a webview: everything goes through the extension. */
export function vscodeHost(api: WebviewApi): Host {
  const waiting = new Map<number, Waiting>();
  let latest = 0;

  const answered = (message: PageAnswer & { readonly id: number }) => {
    const request = waiting.get(message.id);
    if (message.type === 'progress') {
      request?.onProgress?.(message.value);
      return;
    }
    waiting.delete(message.id);
    if (message.type === 'result') request?.resolve(message.result as never);
    else request?.reject(new Error(message.message));
  };

  return {
    can: { insert: true, open: true, review: true, show: true, chooseModel: true },
    request: (method, params, { onProgress } = {}) =>
      new Promise((resolve, reject) => {
        const id = ++latest;
        waiting.set(id, { resolve, reject, onProgress });
        api.postMessage({ type: 'request', id, method, params });
      }),
    act: (action) => {
      api.postMessage({ type: 'action', action });
    },
    remember: (state) => {
      api.setState(state);
    },
    recall: () => api.getState() ?? {},
    listen: (listener) => {
      window.addEventListener('message', ({ data }: MessageEvent<HostMessage>) => {
        if ('id' in data) answered(data);
        else listener(data);
      });
      api.postMessage({ type: 'ready' });
    },
  };
}
