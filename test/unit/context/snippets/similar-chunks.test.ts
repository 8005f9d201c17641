import assert from 'node:assert/strict';
import type { OpenText } from '../../../../server/context/snippets/open-documents.js';
import { SimilarChunks } from '../../../../server/context/snippets/similar-chunks.js';
import { cursorText } from '../../../support/cursor.js';

const open = (files: Readonly<Record<string, string>>) => {
  const all = Object.entries(files).map(([name, text]): OpenText => ({
    ...{ uri: `file:///${name}`, version: 1, getText: () => text },
  }));
  return { all: () => all, get: (uri: string) => all.find((each) => each.uri === uri) };
};
const similar = (files: Readonly<Record<string, string>>, marked: string) =>
  new SimilarChunks(open(files)).findings({
    ...{ uri: 'file:///here.ts', names: [], types: [], imports: [] },
    ...cursorText(marked),
  });

const alike = [
  "it('adds two numbers', () => {",
  '  const sum = add(first, second);',
  '  assert.equal(sum, 3);',
  '});',
].join('\n');
const filler = (word: string) =>
  Array.from({ length: 12 }, (_, at) => `let ${word}${at} = ${word}();\n`).join('');
const here =
  "it('adds three numbers', () => {\n  const sum = add(first, second, third);\n  █\n});\n";

describe('similar chunks of open documents', () => {
  it('are the lines that share most words with those around the cursor', () => {
    const [best, ...others] = similar({ 'a.ts': filler('x') + alike + '\n' + filler('y') }, here);
    assert.ok(best?.text.includes(alike));
    assert.equal(best?.origin, 'tab');
    assert.deepEqual(others, []);
  });

  it('of several documents come the most similar first, and never overlap', () => {
    const files = { 'a.ts': alike.replace('second', 'other'), 'b.ts': `${alike}\n${alike}` };
    const found = similar(files, here);
    assert.deepEqual(
      found.map(({ uri }) => uri),
      ['file:///b.ts', 'file:///a.ts'],
    );
  });

  it('are none of the document itself, of other languages, or of what is merely code too', () => {
    assert.deepEqual(similar({ 'here.ts': alike }, here), []);
    assert.deepEqual(similar({ 'a.py': alike }, here), []);
    assert.deepEqual(similar({ 'a.ts': filler('x') }, here), []);
    assert.deepEqual(similar({ 'a.ts': '' }, '█'), []);
  });

  it('are true as long as the document is open and has them', () => {
    const files = open({ 'a.ts': alike });
    const [finding] = new SimilarChunks(files).findings({
      ...{ uri: 'file:///here.ts', names: [], types: [], imports: [] },
      ...cursorText(here),
    });
    assert.equal(finding!.isTrue(), true);
    files.all().splice(0);
    assert.equal(finding!.isTrue(), false);
  });
});
