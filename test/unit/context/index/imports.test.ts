import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isManifest, parseManifest } from '../../../../server/context/index/imports/manifests.js';
import { resolveImport } from '../../../../server/context/index/imports/resolve-import.js';
import { SourceTree } from '../../../../server/context/index/imports/source-tree.js';
import { root } from '../syntax/grammar-fixtures.js';

const ROOT = '/project';
const text = readFileSync(path.join(root, 'test/grammars/imports.txt'), 'utf8');

describe('imports', () => {
  for (const section of text.split(/^=== /m).slice(1)) {
    const [language = '', ...lines] = section.split('\n').filter(Boolean);
    const tree = new SourceTree();
    const manifests = lines.flatMap((line) => {
      const [, name, content] = /^(\S+) = (.*)$/.exec(line) ?? [];
      if (name === undefined || content === undefined) return [];
      assert.ok(isManifest(`${ROOT}/${name}`), name);
      return parseManifest(`${ROOT}/${name}`, content.replaceAll('\\n', '\n')) ?? [];
    });
    for (const line of lines) if (!/ -> | = /.test(line)) tree.add(`${ROOT}/${line}`);
    describe(`of ${language}`, () => {
      for (const line of lines.filter((each) => each.includes(' -> ')))
        it(line, () => {
          const [, from = '', specifier = '', name, wanted = ''] =
            /^(\S+): (\S+)(?: (\S+))? -> (\S+)$/.exec(line) ?? [];
          const question = { from: `${ROOT}/${from}`, specifier, name };
          const found = resolveImport(question, tree, manifests);
          assert.equal(found, wanted === 'nothing' ? undefined : `${ROOT}/${wanted}`);
        });
    });
  }
});

describe('manifests', () => {
  it('say nothing where they cannot be read', () => {
    for (const [name, content] of [
      ...[['package.json', '{'] as const, ['package.json', '{"name": 7}'] as const],
      ...[['tsconfig.json', 'null'] as const, ['tsconfig.json', '{}'] as const],
      ...[['go.mod', '// no'] as const, ['Cargo.toml', '[workspace]\nname = "a"'] as const],
    ])
      assert.equal(parseManifest(`/p/${name}`, content), undefined);
  });

  it('keep what looks like a comment in a string', () => {
    const content = '{"compilerOptions": {"paths": {"a//b/*": ["x/*"], /* c */}}} // d';
    const manifest = parseManifest('/p/tsconfig.json', content);
    assert.deepEqual(manifest?.kind === 'typescript' && manifest.paths, { 'a//b/*': ['x/*'] });
  });
});
