import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { refusalOf } from '../../../server/web/guard.js';

describe('the guard of the chat page', () => {
  const port = 4000;
  const host = `127.0.0.1:${port}`;
  const good = { host, authorization: 'Bearer right', origin: `http://${host}` };
  const status = (headers: IncomingHttpHeaders, token?: string) =>
    refusalOf(headers, port, token)?.status;

  it('lets the page in that has the token', () => {
    assert.equal(status(good, 'right'), undefined);
    assert.equal(status({ ...good, 'sec-fetch-site': 'same-origin' }, 'right'), undefined);
  });

  it('serves the page itself without one, to a browser that comes by a link as well', () => {
    assert.equal(status({ host }), undefined);
    assert.equal(status({ host, 'sec-fetch-site': 'cross-site' }), undefined);
    assert.equal(status({ host: `localhost:${port}` }), undefined);
  });

  it('wants the token, and that one', () => {
    for (const authorization of [undefined, '', 'Bearer', 'Bearer wrong', 'right', 'Basic right'])
      assert.equal(status({ ...good, authorization }, 'right'), 401, authorization);
  });

  it("does not answer to a stranger's name that leads here", () => {
    for (const stranger of [undefined, '', 'evil.example', `evil.example:${port}`, '127.0.0.1'])
      assert.equal(status({ ...good, host: stranger }, 'right'), 403, stranger);
    assert.equal(status({ ...good, host: `127.0.0.1:${port + 1}` }, 'right'), 403);
  });

  it('does not answer pages of another origin, also where they have the token', () => {
    for (const origin of ['https://evil.example', 'null', `http://localhost:${port}`, ''])
      assert.equal(status({ ...good, origin }, 'right'), 403, origin);
    for (const site of ['cross-site', 'same-site', 'none'])
      assert.equal(status({ ...good, 'sec-fetch-site': site }, 'right'), 403, site);
  });
});
