import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from '../../../scripts/lib/paths.mjs';
import { filesUnder } from '../../../scripts/lib/stamp.mjs';

const manifest = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
const texts = filesUnder(
  ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs', 'editors', 'model'],
  (file) => file.endsWith('.md'),
);
const read = (file) => readFileSync(inRoot(file), 'utf8');

describe('project texts', () => {
  it('give a reason for every dependency, and for no other', () => {
    const rows = read('docs/dependencies.md')
      .match(/^\|[^|]+\|/gm)
      .join('');
    const named = [...rows.matchAll(/`([^`]+)`/g)].map((match) => match[1]);
    const wanted = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
    assert.deepEqual(named.sort(), wanted.sort());
  });

  for (const file of texts)
    it(`${file} links to files that exist`, () => {
      const links = [...read(file).matchAll(/\]\((?!https?:)([^)#]+)/g)].map((match) => match[1]);
      assert.deepEqual(
        links.filter((link) => !existsSync(path.join(path.dirname(inRoot(file)), link))),
        [],
      );
    });

  it('name only npm scripts that there are', () => {
    const named = texts.flatMap((file) =>
      [...read(file).matchAll(/npm run ([\w:]+)/g)].map((match) => match[1]),
    );
    assert.deepEqual(
      named.filter((name) => !(name in manifest.scripts)),
      [],
    );
  });
});
