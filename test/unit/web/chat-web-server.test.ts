import assert from 'node:assert/strict';
import { request } from 'node:http';
import { chatRequests, editRequests, type PageNews } from '../../../protocol/index.js';
import type { ChatBackend } from '../../../server/web/backend.js';
import { ChatWebServer } from '../../../server/web/chat-web-server.js';
import { withDeadline } from '../../protocol/lsp-client.js';
import { inFolder } from '../../support/run-cli.js';

const page = {
  'index.html': '<html lang="{{lang}}"><script nonce="{{nonce}}" src="{{script}}"></script></html>',
  'page.js': 'page',
  'page.css': 'style',
};

describe('the server of the chat page', () => {
  let asked: unknown[];
  let signals: AbortSignal[];
  let tell: (news: PageNews) => void;
  const backend: ChatBackend = {
    request: async (method, params, onProgress, signal) => {
      asked.push([method, params]);
      signals.push(signal);
      if (method === chatRequests.remove) throw new Error('There is no such conversation.');
      if (method === chatRequests.send) {
        onProgress({ kind: 'answer', text: 'one' });
        onProgress({ kind: 'answer', text: 'two' });
      }
      if (method === chatRequests.retry)
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve);
        });
      return { id: 't1' };
    },
    subscribe: (listener) => {
      tell = listener;
      return () => undefined;
    },
  };
  const serve = (work: (origin: string, token: string) => Promise<void>) =>
    inFolder(page, async (folder) => {
      asked = [];
      signals = [];
      const server = new ChatWebServer(folder, backend);
      const { origin, hash } = new URL(await server.listen());
      try {
        await work(origin, hash.replace('#token=', ''));
      } finally {
        await withDeadline(server.close(), 'the server to close');
      }
    });
  const post = (origin: string, token: string, body: unknown, path = '/request') =>
    fetch(`${origin}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });

  it('listens on the loopback interface alone, with a token that nobody can guess', () =>
    serve(async (origin, token) => {
      assert.match(origin, /^http:\/\/127\.0\.0\.1:\d+$/);
      assert.match(token, /^[\w-]{32}$/);
      await Promise.resolve();
    }));

  it('sends the page with a policy whose nonce is new each time, and in the language asked for', () =>
    serve(async (origin) => {
      const get = async (language: string) => {
        const response = await fetch(origin, { headers: { 'accept-language': language } });
        const text = await response.text();
        const nonce = /nonce="([^"]+)"/.exec(text)?.[1] ?? '';
        const policy = response.headers.get('content-security-policy') ?? '';
        assert.ok(policy.includes(`script-src 'nonce-${nonce}'`), policy);
        assert.match(policy, /default-src 'none'.*require-trusted-types-for 'script'/);
        assert.doesNotMatch(policy, /unsafe|\*/);
        return { text, nonce };
      };
      const [first, second] = [await get('de-DE,de;q=0.9'), await get('fr')];
      assert.notEqual(first.nonce, second.nonce);
      assert.match(first.text, /lang="de"/);
      assert.match(second.text, /lang="en"/);
    }));

  it('answers in lines: progress in order, then the result', () =>
    serve(async (origin, token) => {
      const body = { method: chatRequests.send, params: { conversation: 'c', question: 'q' } };
      const response = await post(origin, token, body);
      const lines = (await response.text()).trim().split('\n');
      assert.deepEqual(
        lines.map((line) => JSON.parse(line) as unknown),
        [
          { type: 'progress', value: { kind: 'answer', text: 'one' } },
          { type: 'progress', value: { kind: 'answer', text: 'two' } },
          { type: 'result', result: { id: 't1' } },
        ],
      );
      assert.deepEqual(asked, [[chatRequests.send, { conversation: 'c', question: 'q' }]]);
    }));

  it('says what went wrong', () =>
    serve(async (origin, token) => {
      const response = await post(origin, token, { method: chatRequests.remove, params: {} });
      assert.deepEqual(await response.json(), {
        type: 'failure',
        message: 'There is no such conversation.',
      });
    }));

  it('passes on nothing without the token, from other origins and under other names', () =>
    serve(async (origin, token) => {
      const body = { method: chatRequests.list, params: {} };
      assert.equal((await post(origin, 'wrong', body)).status, 401);
      const { port } = new URL(origin);
      const raw = (headers: Record<string, string>) =>
        new Promise<number | undefined>((resolve, reject) => {
          const sent = request({
            host: '127.0.0.1',
            port,
            path: '/request',
            method: 'POST',
            headers,
          });
          sent.once('error', reject);
          sent.once('response', (response) => {
            response.resume();
            resolve(response.statusCode);
          });
          sent.end(JSON.stringify(body));
        });
      const authorization = `Bearer ${token}`;
      assert.equal(await raw({ authorization, host: 'evil.example' }), 403);
      assert.equal(await raw({ authorization, origin: 'https://evil.example' }), 403);
      assert.deepEqual(asked, []);
      assert.equal(await raw({ authorization }), 200);
    }));

  it('passes on what a page may ask for, and nothing else', () =>
    serve(async (origin, token) => {
      for (const method of [
        ...['workspace/executeCommand', 'shutdown', 'constructor', '', undefined, 1],
        ...[chatRequests.complete, editRequests.propose],
      ])
        assert.equal((await post(origin, token, { method, params: {} })).status, 400);
      for (const broken of ['', '{', 'null'])
        assert.equal((await post(origin, token, broken)).status, 400);
      assert.equal((await post(origin, token, '', '/other')).status, 404);
      assert.equal((await fetch(`${origin}/../package.json`)).status, 404);
      assert.equal((await fetch(origin, { method: 'PUT' })).status, 401);
      assert.deepEqual(asked, []);
    }));

  it('cancels what a page asked for that has gone', () =>
    serve(async (origin, token) => {
      const abort = new AbortController();
      const response = await fetch(`${origin}/request`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: JSON.stringify({ method: chatRequests.retry, params: {} }),
        signal: abort.signal,
      });
      assert.equal(response.status, 200);
      const cancelled = new Promise((resolve) => {
        signals[0]?.addEventListener('abort', resolve);
      });
      abort.abort();
      await withDeadline(cancelled, 'the request to be cancelled');
    }));

  it('tells news as they come', () =>
    serve(async (origin, token) => {
      const response = await post(origin, token, {}, '/news');
      tell({ type: 'didChange', conversation: 'c' });
      const chunk = await response.body?.getReader().read();
      assert.equal(
        new TextDecoder().decode(chunk?.value as Uint8Array | undefined),
        '{"type":"didChange","conversation":"c"}\n',
      );
    }));
});
