import assert from 'node:assert/strict';
import { fileTags } from '../../../../server/context/index/file-tags.js';
import { MemoryIndex } from '../../../../server/context/index/memory-index.js';
import { findDefinitions } from '../../../../server/context/snippets/find-definitions.js';
import { fuse } from '../../../../server/context/snippets/fuse.js';
import { surroundingsOf } from '../../../../server/context/snippets/surroundings.js';
import type { GrammarName } from '../../../../server/context/syntax/languages.js';
import { cursorText } from '../../../support/cursor.js';
import { parse } from '../syntax/grammar-fixtures.js';
import { goldenCases, type GoldenCase } from './golden-cases.js';

const grammarOf: Readonly<Record<string, GrammarName>> = {
  ts: 'typescript',
  py: 'python',
  c: 'c',
  h: 'c',
  java: 'java',
};
const place = 'file:///project/';

async function treeOf(file: string, text: string) {
  return parse(grammarOf[file.replace(/^.*\./, '')]!, text);
}

async function found({ files }: GoldenCase, withTree = true): Promise<string> {
  const index = new MemoryIndex();
  const [document, marked] = [...files].at(-1)!;
  for (const [file, text] of files) {
    const tree = await treeOf(file, text.replace('█', ''));
    index.set(place + file, fileTags(tree));
    tree.dispose();
  }
  const { text, offset } = cursorText(marked);
  const tree = await treeOf(document, text);
  const around = surroundingsOf({
    ...{ uri: place + document, languageId: 'any', text, offset, shown: [] },
    tree: withTree ? tree : undefined,
  });
  tree.dispose();
  return fuse(findDefinitions(around, index))
    .map(
      ({ uri, text, origin }) =>
        `${origin} ${uri.slice(place.length)}\n${text.replace(/^/gm, '| ')}`,
    )
    .join('\n');
}

describe('definitions in other files', () => {
  for (const golden of goldenCases('definitions'))
    it(golden.name, async () => {
      assert.equal(await found(golden), golden.expected);
    });

  it('are found by the words around the cursor where the document has no tree', async () => {
    const golden = goldenCases('definitions').find(({ name }) => name.includes('of few files'))!;
    assert.equal(await found(golden, false), golden.expected);
  });

  it('are true as long as their file says so', async () => {
    const index = new MemoryIndex();
    const tags = async (text: string) => {
      const tree = await parse('python', text);
      index.set(`${place}a.py`, fileTags(tree));
      tree.dispose();
    };
    await tags('def area(shape): pass\n');
    const text = 'area()';
    const around = surroundingsOf({
      ...{ uri: `${place}b.py`, languageId: 'python', text, offset: 5, shown: [] },
    });
    const [finding] = findDefinitions(around, index).flat();
    assert.equal(finding!.isTrue(), true);
    await tags('\n\ndef area(shape): return 1\n');
    assert.equal(finding!.isTrue(), true);
    await tags('def area(shape, unit): pass\n');
    assert.equal(finding!.isTrue(), false);
  });
});
