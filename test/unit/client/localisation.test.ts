import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { english } from '../../../client/translate.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const read = (name: string) => readFileSync(path.join(root, name), 'utf8');
const strings = (name: string) => JSON.parse(read(name)) as Readonly<Record<string, string>>;
const languages = ['de'];

/** Every message that a file gives to `t` or `l10n.t`. */
function messages(file: string): string[] {
  const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /^(?:l10n\.)?t$/.test(node.expression.getText(source))) {
      const [message] = node.arguments;
      assert.ok(message && ts.isStringLiteral(message), `${file}: t wants a literal`);
      found.push(message.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const placeholders = (text: string) => [...text.matchAll(/\{\d+\}/g)].map(String).sort();

describe('localisation', () => {
  const bundle = strings('l10n/bundle.l10n.json');
  const manifest = strings('package.nls.json');

  it('has every message of the client in its bundle, and no other', () => {
    const used = readdirSync(path.join(root, 'client'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .flatMap((name) => messages(path.join('client', name)));
    assert.deepEqual(Object.keys(bundle).sort(), [...new Set(used)].sort());
    for (const [key, text] of Object.entries(bundle)) assert.equal(text, key);
  });

  it('has every string of the manifest, and no other', () => {
    const used = [...read('package.json').matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key);
    assert.deepEqual(Object.keys(manifest).sort(), [...new Set(used)].sort());
  });

  for (const language of languages) {
    it(`says the same in ${language}: the same keys, placeholders and command links`, () => {
      const translated = strings(`l10n/bundle.l10n.${language}.json`);
      assert.deepEqual(Object.keys(translated), Object.keys(bundle));
      for (const [key, text] of Object.entries(translated))
        assert.deepEqual(placeholders(text), placeholders(key), key);
      const settings = strings(`package.nls.${language}.json`);
      assert.deepEqual(Object.keys(settings), Object.keys(manifest));
      const links = (text = '') => [...text.matchAll(/\(command:[^)]*\)/g)].map(String);
      for (const [key, text] of Object.entries(settings))
        assert.deepEqual(links(text), links(manifest[key]), key);
    });
  }

  it('leaves a placeholder that has no value as it is', () => {
    assert.equal(english('{0} of {1}, {2}', 'one', 2), 'one of 2, {2}');
  });
});
