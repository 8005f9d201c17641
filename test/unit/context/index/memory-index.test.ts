import assert from 'node:assert/strict';
import { fileTags } from '../../../../server/context/index/file-tags.js';
import { MemoryIndex } from '../../../../server/context/index/memory-index.js';
import type { GrammarName } from '../../../../server/context/syntax/languages.js';
import { parse } from '../syntax/grammar-fixtures.js';

const uri = (name: string): string => `file:///project/${name}`;

const files: Readonly<Record<string, readonly [GrammarName, string]>> = {
  'list.ts': [
    'typescript',
    'export interface Item { size: number }\n\nexport function sortItems(items: Item[]): Item[] {\n  const inner = () => 1;\n  return items;\n}\n',
  ],
  'main.ts': [
    'typescript',
    "import { sortItems } from './list.js';\nsortItems([]);\nsortItems(sortItems([]));\n",
  ],
  'shop.py': ['python', 'class Shop:\n    def open(self):\n        sortItems()\n'],
};

async function indexed(names = Object.keys(files)): Promise<MemoryIndex> {
  const index = new MemoryIndex();
  for (const name of names) {
    const [grammar, text] = files[name]!;
    const tree = await parse(grammar, text);
    index.set(uri(name), fileTags(tree));
    tree.dispose();
  }
  return index;
}

describe('memory index', () => {
  it('finds definitions by name, with the head of the declaration and no body', async () => {
    const index = await indexed();
    assert.deepEqual(index.definitions('sortItems'), [
      {
        name: 'sortItems',
        kind: 'function',
        uri: uri('list.ts'),
        start: 47,
        end: 133,
        line: 2,
        signature: 'function sortItems(items: Item[]): Item[]',
      },
    ]);
    assert.deepEqual(
      index.definitions('open').map(({ container, kind, line }) => [container, kind, line]),
      [['Shop', 'method', 1]],
    );
    assert.deepEqual(index.definitions('toString'), []);
  });

  it('leaves out what is defined inside a function', async () => {
    const index = await indexed();
    assert.deepEqual(index.definitions('inner'), []);
    assert.deepEqual(
      index.definitionsIn(uri('list.ts')).map(({ name }) => name),
      ['Item', 'size', 'sortItems'],
    );
  });

  it('counts the uses of a name by file', async () => {
    assert.deepEqual((await indexed()).references('sortItems'), [
      { uri: uri('main.ts'), count: 3 },
      { uri: uri('shop.py'), count: 1 },
    ]);
  });

  it('knows a file by any way of writing its URI', async () => {
    const index = await indexed();
    const [first] = index.definitionsIn('file:///project/%6Cist.ts');
    assert.equal(first?.uri, uri('list.ts'));
  });

  it('forgets a file, and takes what is new of one for what it was', async () => {
    const index = await indexed();
    const tree = await parse('typescript', 'export function other() {}\n');
    index.set(uri('list.ts'), fileTags(tree));
    assert.deepEqual(index.definitions('sortItems'), []);
    assert.equal(index.definitions('other').length, 1);
    index.delete(uri('list.ts'));
    index.delete(uri('never.ts'));
    assert.deepEqual(index.definitions('other'), []);
    assert.deepEqual(index.definitionsIn(uri('list.ts')), []);
  });

  it('ranks what open files use above the rest', async () => {
    const index = await indexed();
    const [best] = index.map({ open: [uri('main.ts')], mentioned: [], limit: 3 });
    assert.equal(best?.name, 'sortItems');
    const without = [uri('list.ts')];
    assert.deepEqual(index.map({ open: [], mentioned: [], without, limit: 3 }), []);
  });

  it('takes no name of one language for that of another', async () => {
    const index = await indexed(['list.ts', 'shop.py']);
    assert.deepEqual(index.map({ open: [uri('shop.py')], mentioned: [], limit: 3 }), []);
  });

  it('answers the same whatever order files came in', async () => {
    const query = { open: [uri('shop.py')], mentioned: ['Item'], limit: 10 };
    const one = await indexed(['list.ts', 'main.ts', 'shop.py']);
    const other = await indexed(['shop.py', 'main.ts', 'list.ts']);
    assert.deepEqual(one.map(query), other.map(query));
    assert.deepEqual(one.references('sortItems'), other.references('sortItems'));
  });

  it('resolves a relative import to the source behind it', async () => {
    const index = await indexed();
    assert.equal(index.resolveImport(uri('main.ts'), './list.js'), uri('list.ts'));
    assert.equal(index.resolveImport(uri('main.ts'), './gone.js'), undefined);
  });
});
