import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { REDACTED, redactText } from '../../../server/provenance/redact.js';
import {
  knownFormats,
  surroundedFormats,
} from '../../../server/provenance/secrets/known-formats.js';
import {
  digits,
  drawn,
  hex,
  letters,
  lower,
  madeUpLines,
  madeUpSecrets,
} from './made-up-secrets.js';

/** `text` with the secrets it marks `⟦…⟧`, redacted, and what should come of it. */
function expectRedacted(marked: string): void {
  const text = marked.replace(/[⟦⟧]/g, '');
  assert.equal(redactText(text).text, marked.replace(/⟦[^⟧]*⟧/g, REDACTED));
}

describe('secrets in a text', () => {
  for (const { name } of knownFormats)
    it(`${name}: is replaced, and nothing else on its line`, () => {
      const secret = madeUpSecrets[name] ?? assert.fail(`${name} has no example`);
      expectRedacted(`  const client = create("⟦${secret}⟧", 3);\n`);
      expectRedacted(`  - use ⟦${secret}⟧ here\n`);
    });

  for (const { name } of surroundedFormats)
    it(`${name}: is replaced without what surrounds it`, () => {
      expectRedacted(madeUpLines[name] ?? assert.fail(`${name} has no example`));
    });

  const random = [1, 2, 3, 4, 5].map((seed) => drawn(letters, 40, seed));
  for (const secret of random)
    it(`a random string that nothing names: ${secret.slice(0, 4)}…`, () => {
      expectRedacted(`const value = '⟦${secret}⟧';`);
    });

  for (const marked of [
    `password = "⟦${drawn(letters, 16)}⟧"`,
    `"client_secret": "⟦${drawn(lower + digits, 24)}⟧",`,
    `API_KEY=⟦${drawn(hex, 32)}⟧`,
    `export GITHUB_TOKEN=⟦${drawn(letters, 40)}⟧`,
    `  api-key: ⟦${drawn(letters, 24, 3)}⟧`,
    `private const string AccessKey = @"" + "x";\nauthKey := "⟦${drawn(hex, 40)}⟧"`,
    `config['secret_key'] = '⟦${drawn(letters + '!#%&', 30, 9)}⟧'`,
  ])
    it(`what a name says is secret: ${marked.replace(/⟦.*/s, '…')}`, () => {
      expectRedacted(marked);
    });

  it('a private key, whole, cut off, in one string and in a comment', () => {
    const lines = [1, 2, 3].map((seed) => drawn(letters + '+/', 64, seed));
    const fence = (word: string) => `-----${word} RSA PRIVATE KEY-----`;
    expectRedacted(`a\n${fence('BEGIN')}⟦\n${lines.join('\n')}\n⟧${fence('END')}\nb();\n`);
    expectRedacted(`${fence('BEGIN')}⟦\n${lines.join('\n')}⟧`);
    expectRedacted(
      `key = "${fence('BEGIN')}⟦\\n${lines.join('\\n')}\\n⟧${fence('END')}\\n";\nb();`,
    );
    expectRedacted(`# ${fence('BEGIN')}⟦\n# ${lines.join('\n# ')}\n# ⟧${fence('END')}\n`);
  });

  it('leaves code alone that only speaks of secrets', () => {
    for (const text of [
      `if (text.includes('-----BEGIN PRIVATE KEY-----')) {\n  return true;\n}\n`,
      'const token = await lexer.nextToken(source, position);',
      'password: process.env.DATABASE_PASSWORD,',
      `<input type="password" name="password1" autocomplete="new-password">`,
      'const apiKey = settings.get("api_key_2") ?? defaults.apiKey;',
      "const tokenType = 'urn:ietf:params:oauth:token-type:jwt';",
      'API_TOKEN=${{ secrets.API_TOKEN }}',
      'secretName: my-app-tls-secret-v2',
      "const TOKEN_URL = 'https://example.com/oauth2/token/v1';",
      'postgres://user:password@localhost:5432/db and redis://${USER}:${PASS}@host',
      "KEY = 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'; // your-api-key-goes-here-1234",
    ])
      assert.deepEqual(redactText(text), { text, redactions: 0 });
  });

  it('leaves checksums, identifiers, alphabets and paths alone', () => {
    for (const text of [
      `"integrity": "sha512-${drawn(letters + '+/', 86)}==",`,
      `resolved "https://registry.example.org/p/-/p-1.0.0.tgz#${drawn(hex, 40)}"`,
      `commit ${drawn(hex, 40)}\nsha256:${drawn(hex, 64)}`,
      'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
      'XMLHttpRequestEventTargetEventMap2WithOptions3AndMore4Values',
      'src/components/Button2/__tests__/Button2.integration.test3/Snapshot',
      '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
      `data:image/png;base64,${drawn(letters + '+/', 400)}`,
    ])
      assert.deepEqual(redactText(text), { text, redactions: 0 });
  });

  it('finds none in the code of this project', () => {
    const root = fileURLToPath(new URL('../../../../', import.meta.url));
    const files = ['client', 'protocol', 'server', 'scripts', 'native', 'docs', 'test'].flatMap(
      (place) =>
        readdirSync(path.join(root, place), { recursive: true, encoding: 'utf8' })
          .filter((name) => /\.(ts|mjs|cc|h|md)$/.test(name))
          .map((name) => path.join(root, place, name)),
    );
    assert.ok(files.length > 300);
    const found = files.filter((file) => redactText(readFileSync(file, 'utf8')).redactions > 0);
    assert.deepEqual(found, []);
  });

  it('takes no longer for hostile text than for any other', () => {
    // Were one of the patterns to look again and again at what it has seen, this would not end.
    for (const piece of [
      'sk-',
      'eyJ',
      'a:',
      'password=',
      '-----BEGIN PRIVATE KEY-----',
      '://a:',
      'A1b2',
    ])
      redactText(piece.repeat(300_000 / piece.length));
  });

  it('never changes a text without secrets, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300, size: 'max' }), (text) => {
        const once = redactText(text);
        if (once.redactions === 0) assert.equal(once.text, text);
        assert.equal(redactText(once.text).redactions, 0);
      }),
    );
  });
});
