import type { PageAnswer, PageNews } from '../../../../protocol/index.js';
import type { Host, PageState } from '../host.js';
import { t } from '../strings.js';
import { readLines } from './lines.js';

/** Where this tab keeps what it must find again when it is reloaded. Gone with the tab. */
const tokenKey = 'lacuna.token';
const stateKey = 'lacuna.state';
/** Milliseconds until the stream of news is asked for again. */
const RECONNECT_MS = 2000;

/**
 * The token that the address brought, taken out of it: it shall not stand in the history or in a picture of the screen.
 * What stands behind `#` never reaches a server.
 */
export function takeToken(): string {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given) {
    sessionStorage.setItem(tokenKey, given);
    history.replaceState(null, '', location.pathname);
  }
  return sessionStorage.getItem(tokenKey) ?? '';
}

/** The page in a browser, served by `lacuna chat --web`. */
export function webHost(token: string): Host {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const gone = () =>
    t('The program that serves this page has ended. Start it again: {0}', 'lacuna chat --web');

  const ask = async (path: string, init: RequestInit): Promise<ReadableStream<Uint8Array>> => {
    const response = await fetch(path, { ...init, headers }).catch(() => undefined);
    if (!response) throw new Error(gone());
    if (response.status === 401)
      throw new Error(
        t('This page has no valid token. Open the address that the program printed.'),
      );
    if (!response.ok || !response.body) throw new Error(await response.text());
    return response.body;
  };

  return {
    can: { insert: false, open: false, review: false, show: false, chooseModel: false },
    request: async (method, params, { onProgress } = {}) => {
      const body = JSON.stringify({ method, params });
      const stream = await ask('/request', { method: 'POST', body });
      let answer: PageAnswer | undefined;
      const read = readLines(stream, (line) => {
        const message = JSON.parse(line) as PageAnswer;
        if (message.type === 'progress') onProgress?.(message.value);
        else answer = message;
      });
      await read.catch(() => undefined);
      if (answer?.type === 'result') return answer.result as never;
      throw new Error(answer?.type === 'failure' ? answer.message : gone());
    },
    act: () => undefined,
    remember: (state) => {
      sessionStorage.setItem(stateKey, JSON.stringify(state));
    },
    recall: () => JSON.parse(sessionStorage.getItem(stateKey) ?? '{}') as PageState,
    listen: (listener, onLost) => {
      const follow = async (): Promise<void> => {
        try {
          await readLines(await ask('/news', { method: 'POST', body: '{}' }), (line) => {
            listener(JSON.parse(line) as PageNews);
          });
          onLost(gone());
        } catch (error) {
          onLost(error instanceof Error ? error.message : String(error));
        }
        setTimeout(() => void follow(), RECONNECT_MS);
      };
      void follow();
    },
  };
}
