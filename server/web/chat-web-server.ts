import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isPageMethod, type PageAnswer } from '../../protocol/index.js';
import type { ChatBackend } from './backend.js';
import { refusalOf } from './guard.js';
import { PageFiles } from './page-files.js';
import { contentPolicy, securityHeaders } from './policy.js';
import { readBody } from './read-body.js';

/** Milliseconds between two signs of life on a stream of news, so that a page knows whether it is still served. */
const HEARTBEAT_MS = 15_000;

/**
 * Serves the chat's page to a browser on this machine: on the loopback interface alone, to those who have the token.
 * `GET /` is the page; `POST /request` asks the backend, and answers in lines of JSON (`PageAnswer`); `POST /news` goes on
 * until one side ends it, in lines of JSON (`PageNews`).
 */
export class ChatWebServer {
  private readonly files: PageFiles;
  private readonly token = randomBytes(24).toString('base64url');
  private readonly server: Server;

  /** @param folder where the page was built */
  constructor(
    folder: string,
    private readonly backend: ChatBackend,
  ) {
    this.files = new PageFiles(folder);
    this.server = createServer((request, response) => {
      this.handle(request, response).catch((error: unknown) => {
        if (!response.headersSent) refuse(response, 400, messageOf(error));
        else response.destroy();
      });
    });
  }

  /**
   * Listens; 0 takes a free port.
   *
   * @returns the address to open, token included
   * @throws {Error} where the port is taken
   */
  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${this.port}/#token=${this.token}`;
  }

  /** Ends all that is open; resolves when nothing listens any more. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => {
        resolve();
      });
      this.server.closeAllConnections();
    });
  }

  private get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = '', headers } = request;
    const address = url.split('?', 1)[0] ?? '';
    const open = method === 'GET';
    const refusal = refusalOf(headers, this.port, open ? undefined : this.token);
    if (refusal) refuse(response, refusal.status, refusal.message);
    else if (open) this.servePage(address, headers['accept-language'], response);
    else if (method !== 'POST') refuse(response, 405, 'GET and POST are all there is.');
    else if (address === '/request') await this.answer(request, response);
    else if (address === '/news') this.news(response);
    else refuse(response, 404, 'There is nothing here.');
  }

  private servePage(
    address: string,
    languages: string | undefined,
    response: ServerResponse,
  ): void {
    const nonce = randomBytes(16).toString('base64url');
    const policy = contentPolicy(nonce);
    const lang = /^de\b/i.test(languages ?? '') ? 'de' : 'en';
    const file = this.files.at(address, nonce, policy, lang);
    if (!file) {
      refuse(response, 404, 'There is nothing here.');
      return;
    }
    response.writeHead(200, {
      ...securityHeaders,
      'content-type': `${file.type}; charset=utf-8`,
      'content-security-policy': `${policy}; frame-ancestors 'none'`,
    });
    response.end(file.content);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, params } = JSON.parse(await readBody(request)) as Record<string, unknown>;
    if (!isPageMethod(method)) {
      refuse(response, 400, 'The page may not ask for this.');
      return;
    }
    const abort = new AbortController();
    response.once('close', () => {
      abort.abort();
    });
    const say = beginLines(response);
    const onProgress = (value: unknown) => {
      say({ type: 'progress', value });
    };
    try {
      const result = await this.backend.request(method, params, onProgress, abort.signal);
      say({ type: 'result', result: result ?? null });
    } catch (error) {
      say({ type: 'failure', message: messageOf(error) });
    }
    response.end();
  }

  private news(response: ServerResponse): void {
    const say = beginLines(response);
    const end = this.backend.subscribe(say);
    const heartbeat = setInterval(() => response.write('\n'), HEARTBEAT_MS);
    response.once('close', () => {
      clearInterval(heartbeat);
      end();
    });
  }
}

/** Begins an answer in lines of JSON, and writes one of them at each call. */
function beginLines(response: ServerResponse): (line: PageAnswer | object) => void {
  response.writeHead(200, { ...securityHeaders, 'content-type': 'application/x-ndjson' });
  response.flushHeaders();
  return (line) => {
    response.write(`${JSON.stringify(line)}\n`);
  };
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { ...securityHeaders, 'content-type': 'text/plain; charset=utf-8' });
  response.end(message);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
