import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ChunkIndex } from '../../../server/context/retrieval/chunk-index.js';
import { chunksOf, sectionsOf, type Piece } from '../../../server/context/retrieval/chunks.js';
import { termsOf } from '../../../server/context/retrieval/terms.js';
import {
  WorkspaceChunks,
  type SourceFile,
} from '../../../server/context/retrieval/workspace-chunks.js';

const lines = (count: number, text = 'line') => `${text}\n`.repeat(count);

describe('terms of a text', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['How do I parse HTTPHeaders?', 'parse httpheader http header'],
    ['max_tokens = 3', 'max_token max token'],
    ['fooBar2Baz', 'foobar2baz foo bar baz'],
    ['queries of lanes, status class', 'query lane status class'],
    ['größe Größe', 'größe größe'],
    ['ファイルを読む', 'ファ ァイ イル ルを を読 読む'],
    ['x, the a', ''],
    ['a'.repeat(100), ''],
  ];
  for (const [text, terms] of cases)
    it(`${text.slice(0, 30)}: ${terms}`, () => {
      assert.equal(termsOf(text).join(' '), terms);
    });
});

describe('chunks of a text', () => {
  const shown = (text: string, pieces: readonly Piece[]) =>
    chunksOf(text, pieces).map(({ first, last, names }) => `${first}–${last} ${names.join(' ')}`);

  it('are the whole of a short one', () => {
    assert.deepEqual(shown('a\nb\n', [{ name: 'a', start: 0, end: 1 }]), ['0–1 a']);
    assert.deepEqual(shown('', []), []);
    assert.deepEqual(shown('\n \n\n', []), []);
  });

  it('keep definitions whole, and cut long ones between what they define', () => {
    const text = lines(200);
    const at = (name: string, first: number, last: number): Piece => ({
      ...{ name, start: 5 * first, end: 5 * last + 4 },
    });
    const pieces = [
      at('top', 10, 49),
      at('List', 60, 189),
      at('List.sort', 62, 100),
      at('List.find', 102, 150),
    ];
    assert.deepEqual(shown(text, pieces), [
      '0–59 top',
      '60–101 List List.sort',
      '102–150 List List.find',
      '151–199 ',
    ]);
  });

  it('are short where lines are long, a single one excepted', () => {
    const text = `${'long line '.repeat(100)}\n`.repeat(4) + 'x'.repeat(9000);
    assert.deepEqual(shown(text, []), ['0–1 ', '2–3 ', '4–4 ']);
  });

  it('hold every line that is not blank exactly once, whatever they are cut at', () => {
    const piece = fc
      .tuple(fc.nat(1500), fc.nat(900))
      .map(([start, length]): Piece => ({ name: `n${start}`, start, end: start + length }));
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('word', '', '  ', 'a b'), { maxLength: 400, size: 'max' }),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.array(piece, { maxLength: 12, size: 'max' }),
        (texts, end, pieces) => {
          const seen = new Array<number>(texts.length).fill(0);
          for (const { first, last } of chunksOf(texts.join(end), pieces)) {
            assert.ok(first <= last && last - first < 60);
            for (let line = first; line <= last; line++) seen[line] = (seen[line] ?? 0) + 1;
          }
          texts.forEach((text, line) => {
            assert.ok(seen[line] === 1 || (seen[line] === 0 && text.trim() === ''), String(line));
          });
        },
      ),
    );
  });

  it('of Markdown are its sections', () => {
    const text = '# One\na\n## Two\nb\n# Three\nc\n';
    assert.deepEqual(
      sectionsOf(text).map(({ name, start, end }) => [name, text.slice(start, end)]),
      [
        ['One', '# One\na\n## Two\nb\n'],
        ['Two', '## Two\nb\n'],
        ['Three', '# Three\nc\n'],
      ],
    );
  });
});

describe('an index of chunks', () => {
  it('finds by words, more so by names and paths, and forgets', () => {
    const index = new ChunkIndex();
    const add = (uri: string, text: string, ...names: string[]) => {
      index.set(uri, uri, [{ first: 0, last: 0, names }], () => text);
    };
    add('a.ts', 'this sorts a list of numbers');
    add('b.ts', 'return list.sort()', 'sortList');
    add('c.ts', 'nothing of that kind');
    const found = (question: string) => index.find(question, 9).map(({ uri }) => uri);
    assert.deepEqual(found('sort list'), ['b.ts', 'a.ts']);
    assert.deepEqual(found('SortList'), ['b.ts', 'a.ts']);
    assert.deepEqual(found('zebra'), []);
    add('b.ts', 'something else');
    assert.deepEqual(found('sort list'), ['a.ts']);
    index.delete('a.ts');
    assert.deepEqual(found('sort list'), []);
    assert.equal(index.at('c.ts', 0)?.uri, 'c.ts');
    assert.equal(index.at('c.ts', 1), undefined);
  });
});

describe('chunks of a workspace', () => {
  it('are read when they are asked for, and again when they have changed', async () => {
    const reads: string[] = [];
    let files: SourceFile[] = ['a', 'b'].map((name) => ({ uri: name, path: name, stamp: '1' }));
    const chunks = new WorkspaceChunks({
      files: () => Promise.resolve(files),
      read: ({ uri, stamp }) => {
        reads.push(uri + stamp);
        return Promise.resolve(uri === 'b' ? undefined : { text: `zebra ${stamp}`, pieces: [] });
      },
    });
    assert.ok(!chunks.isComplete);
    await Promise.all([chunks.update(), chunks.update()]);
    assert.ok(chunks.isComplete);
    await chunks.update();
    files = [{ uri: 'a', path: 'a', stamp: '2' }];
    await chunks.update();
    assert.deepEqual(reads, ['a1', 'b1', 'a2']);
    assert.equal(chunks.find('zebra', 9).length, 1);
    files = [];
    await chunks.update();
    assert.deepEqual(chunks.find('zebra', 9), []);
  });
});
