import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { FileTags } from '../../../../server/context/index/file-tags.js';
import { MemoryIndex } from '../../../../server/context/index/memory-index.js';
import { DamagedError } from '../../../../server/context/index/store/byte-reader.js';
import {
  decodeDefinitions,
  decodeNames,
  encodeTags,
} from '../../../../server/context/index/store/tags-record.js';

const name = fc.oneof(
  fc.constantFrom('a', 'constructor', '__proto__', 'größe', '名前', '𝑥'),
  fc.string({ minLength: 1, size: 'small' }),
);
/** Lengths; definitions are put one behind the other. */
const definition = fc.record({
  ...{ name, kind: fc.constantFrom('class', 'method'), signature: fc.string({ unit: 'grapheme' }) },
  ...{ gap: fc.nat(1000), length: fc.nat(100_000), lines: fc.nat(50) },
  container: fc.option(name, { nil: undefined }),
});
const fileTags: fc.Arbitrary<FileTags> = fc
  .record({
    definitions: fc.array(definition),
    references: fc.uniqueArray(fc.record({ name, count: fc.integer({ min: 1, max: 100_000 }) }), {
      selector: (each) => each.name,
    }),
  })
  .map(({ definitions, references }) => {
    let start = 0;
    let line = 0;
    return {
      references: references.map((each) => ({ ...each })),
      definitions: definitions.map(({ gap, length, lines, container, ...rest }) => {
        start += gap;
        line += lines;
        const named = container === undefined ? {} : { container };
        return { ...rest, ...named, start, end: start + length, line };
      }),
    };
  });

describe('record of a file', () => {
  it('gives back what was put in', () => {
    fc.assert(
      fc.property(fileTags, (tags) => {
        const record = encodeTags(tags);
        assert.deepEqual(decodeDefinitions(record), tags.definitions);
        const names = decodeNames(record);
        assert.deepEqual(names.used, tags.references);
        assert.deepEqual(names.defined, [...new Set(tags.definitions.map((each) => each.name))]);
      }),
    );
  });

  it('is read within its bounds, whatever it holds', () => {
    const damaged = fc.tuple(fileTags, fc.nat(), fc.nat(255), fc.nat());
    fc.assert(
      fc.property(damaged, ([tags, place, byte, cut]) => {
        const bytes = encodeTags(tags);
        bytes[place % bytes.length] = byte;
        const record = bytes.subarray(0, cut % (bytes.length + 1));
        for (const read of [decodeNames, decodeDefinitions])
          try {
            read(record);
          } catch (error) {
            assert.ok(error instanceof DamagedError, String(error));
          }
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ size: 'medium' }), (record) => {
        try {
          decodeDefinitions(record);
        } catch (error) {
          assert.ok(error instanceof DamagedError, String(error));
        }
      }),
    );
  });
});

describe('memory index, whatever happens to it', () => {
  const step = fc.record({
    file: fc.constantFrom('a.ts', 'b.ts', 'c/d.py', 'c/e.py'),
    tags: fc.option(fileTags, { nil: undefined }),
  });

  it('answers as one that was told only what is true now', () => {
    fc.assert(
      fc.property(fc.array(step), fc.array(name), (steps, asked) => {
        const index = new MemoryIndex();
        const now = new Map<string, FileTags>();
        for (const { file, tags } of steps) {
          const uri = `file:///p/${file}`;
          if (tags) index.set(uri, tags);
          else index.delete(uri);
          if (tags) now.set(uri, tags);
          else now.delete(uri);
        }
        const fresh = new MemoryIndex();
        for (const [uri, tags] of [...now].reverse()) fresh.set(uri, tags);
        const names = [...now.values()].flatMap(({ definitions, references }) =>
          [...definitions, ...references].map((each) => each.name),
        );
        for (const each of new Set([...asked, ...names])) {
          assert.deepEqual(index.definitions(each), fresh.definitions(each));
          assert.deepEqual(index.references(each), fresh.references(each));
        }
        const query = { open: ['file:///p/a.ts'], mentioned: names.slice(0, 3), limit: 20 };
        assert.deepEqual(index.map(query), fresh.map(query));
      }),
    );
  });
});
