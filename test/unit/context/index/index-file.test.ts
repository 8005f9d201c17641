import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { IndexCache, indexFolder } from '../../../../server/context/index/cache/index-cache.js';
import {
  decodeIndex,
  encodeIndex,
  type StoredFile,
} from '../../../../server/context/index/cache/index-file.js';
import { DamagedError } from '../../../../server/context/index/store/byte-reader.js';
import { grammarFolders } from '../../../../server/context/syntax/grammar-store.js';
import { root } from '../syntax/grammar-fixtures.js';

const identity = new Uint8Array(32).fill(7);
const files: fc.Arbitrary<StoredFile[]> = fc.array(
  fc
    .record({
      path: fc.string({ unit: 'grapheme', minLength: 1 }),
      size: fc.nat(),
      mtimeMs: fc.double({ noNaN: true }),
      record: fc.uint8Array(),
    })
    .map((file) => ({ ...file })),
);
const bytesOf = (list: readonly StoredFile[]): Buffer =>
  Buffer.concat([...encodeIndex(list, identity)]);

describe("index's file", () => {
  it('gives back what was written', () =>
    fc.assert(
      fc.asyncProperty(files, async (list) => {
        const read = await decodeIndex(bytesOf(list), identity);
        const plain = ({ record, ...rest }: StoredFile) => ({ ...rest, record: [...record] });
        assert.deepEqual(read.map(plain), list.map(plain));
      }),
    ));

  it('is refused where a single bit of it is another, or its end is missing', () =>
    fc.assert(
      fc.asyncProperty(files, fc.nat(), fc.nat(7), fc.nat(), async (list, place, bit, missing) => {
        const damaged = bytesOf(list);
        const at = place % damaged.length;
        damaged[at] = (damaged[at] ?? 0) ^ (1 << bit);
        await assert.rejects(decodeIndex(damaged, identity), DamagedError);
        const whole = bytesOf(list);
        const cut = whole.subarray(0, missing % whole.length);
        await assert.rejects(decodeIndex(cut, identity), DamagedError);
      }),
    ));

  it('is refused where it was made by other queries', async () => {
    await assert.rejects(decodeIndex(bytesOf([]), new Uint8Array(32)), DamagedError);
  });
});

describe('index cache', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'lacuna-cache-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const file: StoredFile = { path: '/p/a.ts', size: 3, mtimeMs: 1.5, record: Uint8Array.of(1, 2) };

  it('keeps each folder by itself', async () => {
    const cache = new IndexCache(folder, grammarFolders(root));
    await cache.save('/p', [file]);
    assert.equal((await cache.load('/p'))[0]?.path, '/p/a.ts');
    assert.deepEqual(await cache.load('/q'), []);
  });

  it('has nothing where the file is damaged, no file, or a folder', async () => {
    const cache = new IndexCache(folder, grammarFolders(root));
    assert.deepEqual(await cache.load('/p'), []);
    writeFileSync(cache.fileOf('/p'), 'LACUNA-INDEX-1\n');
    assert.deepEqual(await cache.load('/p'), []);
    mkdirSync(cache.fileOf('/q'));
    assert.deepEqual(await cache.load('/q'), []);
  });

  it('throws away workspaces that nobody opens any more, and what is left of broken writes', async () => {
    const cache = new IndexCache(folder, grammarFolders(root));
    for (const name of ['old.index', 'broken.tmp', 'fresh.tmp', 'notes.txt'])
      writeFileSync(path.join(folder, name), '');
    for (const name of ['old.index', 'broken.tmp', 'notes.txt'])
      utimesSync(path.join(folder, name), 1, 1);
    await cache.save('/p', [file]);
    const kept = [path.basename(cache.fileOf('/p')), 'fresh.tmp', 'notes.txt'];
    assert.deepEqual(readdirSync(folder).sort(), kept.sort());
  });

  it('is in the folder that the system has for it', () => {
    const places: [NodeJS.Platform, NodeJS.ProcessEnv, string][] = [
      ['linux', {}, '/home/a/.cache/lacuna/index'],
      ['linux', { XDG_CACHE_HOME: '/var/c' }, '/var/c/lacuna/index'],
      ['linux', { XDG_CACHE_HOME: 'c' }, '/home/a/.cache/lacuna/index'],
      ['darwin', {}, '/home/a/Library/Caches/lacuna/index'],
    ];
    for (const [platform, environment, wanted] of places)
      assert.equal(indexFolder(platform, environment, '/home/a'), path.normalize(wanted));
  });
});
