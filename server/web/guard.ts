import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Why a request is not answered. */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 404 | 405;
  readonly message: string;
}

const digest = (text: string) => createHash('sha256').update(text).digest();

/**
 * Whether a request comes from the page that this server serves. Any page in the person's browser can reach a server on
 * this machine, under any name that leads here: so the name must be this machine's own, the origin this server's, and
 * what is more than the page itself wants the token.
 *
 * @param port the server's own
 */
export function refusalOf(
  headers: IncomingHttpHeaders,
  port: number,
  token: string | undefined,
): Refusal | undefined {
  const names = [`127.0.0.1:${port}`, `localhost:${port}`];
  const { host, origin, authorization } = headers;
  // A stranger's name that leads to this machine, which his page would count as its own origin.
  if (host === undefined || !names.includes(host))
    return { status: 403, message: 'This server answers to 127.0.0.1 alone.' };
  const site = headers['sec-fetch-site'];
  if (origin !== undefined && origin !== `http://${host}`)
    return { status: 403, message: 'This server answers its own page alone.' };
  if (token === undefined) return undefined;
  if (site !== undefined && site !== 'same-origin')
    return { status: 403, message: 'This server answers its own page alone.' };
  const given = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1] ?? '';
  return timingSafeEqual(digest(given), digest(token))
    ? undefined
    : { status: 401, message: 'The token is missing or wrong.' };
}
