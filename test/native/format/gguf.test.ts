import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { MetadataValue, NativeError } from '../../../server/engine/native/addon.js';
import { replaceField, writeGguf, type GgufContents } from '../../fixtures/gguf-writer.js';
import { sampleContents } from '../../fixtures/sample-gguf.js';
import { fixtureModel, nativeAddon } from '../addons.js';

/** What another reader found in a fixture. Long arrays are given by their length and their ends. */
interface Directory {
  readonly version: number;
  readonly metadata: Readonly<Record<string, MetadataValue | { length: number }>>;
  /** Name, type, shape, bytes. */
  readonly tensors: readonly [string, string, number[], number][];
}

describe('a GGUF file', () => {
  const addon = nativeAddon();
  let folder: string;

  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'lacuna-gguf-'));
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function save(bytes: Uint8Array): string {
    const file = path.join(folder, 'model.gguf');
    writeFileSync(file, bytes);
    return file;
  }

  function openContents(contents: GgufContents): ReturnType<typeof addon.openModelFile> {
    return addon.openModelFile(save(writeGguf(contents).bytes));
  }

  describe('of a real model', () => {
    const directories = JSON.parse(
      readFileSync(fixtureModel('directories.json'), 'utf8'),
    ) as Record<string, Directory>;

    for (const [name, directory] of Object.entries(directories)) {
      it(`gives the metadata and tensors of ${name}`, () => {
        const file = addon.openModelFile(fixtureModel(name));
        assert.equal(file.path, fixtureModel(name));
        assert.equal(file.version, directory.version);
        assert.equal(file.size, readFileSync(fixtureModel(name)).length);
        const metadata = file.keys().map((key) => [key, abridge(file.get(key)!)]);
        assert.deepEqual(Object.fromEntries(metadata), directory.metadata);
        assert.deepEqual(
          file.tensors().map(({ name, type, shape, bytes }) => [name, type, shape, bytes]),
          directory.tensors,
        );
      });
    }
  });

  describe('with values of every type', () => {
    it('gives scalars as they are, and 64-bit integers as numbers while they are exact', () => {
      const file = openContents(sampleContents);
      const scalars = sampleContents.entries.filter((entry) => entry.type !== 'array');
      for (const { key, value } of scalars) {
        const expected = typeof value === 'bigint' ? Number(value) : value;
        assert.deepEqual(file.get(key), expected, key);
      }
    });

    it('gives 64-bit integers beyond 2^53 as bigint', () => {
      const values = { large: 2n ** 53n + 1n, largest: 2n ** 64n - 1n };
      const file = openContents({
        entries: [
          ...Object.entries(values).map(([key, value]) => ({ key, type: 'u64', value }) as const),
          { key: 'least', type: 'i64', value: -(2n ** 63n) },
          { key: 'list', type: 'array', element: 'u64', values: [1n, 2n ** 60n] },
        ],
        tensors: [],
      });
      assert.equal(file.get('large'), values.large);
      assert.equal(file.get('largest'), values.largest);
      assert.equal(file.get('least'), -(2n ** 63n));
      assert.deepEqual(file.get('list'), [1, 2n ** 60n]);
    });

    it('gives arrays as arrays', () => {
      const file = openContents(sampleContents);
      assert.deepEqual(file.get('a.strings'), ['one', '', 'zwölf']);
      assert.deepEqual(file.get('a.numbers'), [1, -2, 3]);
      assert.deepEqual(file.get('a.bools'), [true, false]);
      assert.deepEqual(file.get('a.nothing'), []);
    });

    it('gives undefined for a key that is not there', () => {
      assert.equal(openContents(sampleContents).get('a.missing'), undefined);
    });

    it('keeps the order of keys and tensors', () => {
      const file = openContents(sampleContents);
      assert.deepEqual(
        file.keys(),
        sampleContents.entries.map(({ key }) => key),
      );
      assert.deepEqual(file.tensors(), [
        { name: 'norm', type: 'F32', shape: [8], bytes: 32 },
        { name: 'matrix', type: 'Q8_0', shape: [64, 3], bytes: 204 },
      ]);
    });
  });

  it('may be of version 2', () => {
    assert.equal(openContents({ ...sampleContents, version: 2 }).version, 2);
  });

  it('may align its tensors to more than the default', () => {
    const [, ...entries] = sampleContents.entries;
    const alignment = { key: 'general.alignment', type: 'u32', value: 4096 } as const;
    const file = openContents({
      ...sampleContents,
      alignment: 4096,
      entries: [alignment, ...entries],
    });
    assert.equal(file.tensors().length, 2);
  });

  /** A number of the sample's structure, another in its place, and what is said of it. */
  const refusals: readonly [field: string, value: bigint, code: string, message: RegExp][] = [
    ['version', 1n, 'unsupported', /GGUF version 1; the engine reads versions 2 and 3/],
    ['version', 0x03000000n, 'unsupported', /GGUF version 3 in big-endian byte order/],
    ['version', 4n, 'unsupported', /GGUF version 4; the engine reads versions 2 and 3/],
    ['version', 0n, 'corrupt', /version is 0/],
    ['tensor count', 2n ** 60n, 'corrupt', /number of tensors is 1152921504606846976, more than/],
    ['metadata count', 2n ** 64n - 1n, 'corrupt', /number of metadata values is \d+, more than/],
    ['length of key a.u8', 0n, 'corrupt', /metadata key has 0 bytes/],
    ['length of key a.u8', 2n ** 64n - 8n, 'corrupt', /metadata key claims \d+ bytes, but only/],
    ['type of a.u8', 13n, 'corrupt', /"a.u8" has the unknown type 13/],
    ['length of value of general.name', 10_000n, 'corrupt', /"general.name" claims 10000 bytes/],
    ['value of a.bool', 2n, 'corrupt', /"a.bool" is a bool that is neither 0 nor 1 but 2/],
    ['element type of a.numbers', 9n, 'corrupt', /"a.numbers" is an array of arrays/],
    ['element type of a.numbers', 77n, 'corrupt', /"a.numbers" has the unknown type 77/],
    ['array length of a.strings', 2n ** 61n, 'corrupt', /length of metadata value "a.strings" is/],
    ['element 1 of a.bools', 255n, 'corrupt', /"a.bools" is a bool/],
    ['dimension count of tensor norm', 0n, 'corrupt', /"norm" has 0 dimensions; 1 to 4/],
    ['dimension count of tensor norm', 5n, 'corrupt', /"norm" has 5 dimensions; 1 to 4/],
    ['dimension 1 of tensor matrix', 0n, 'corrupt', /"matrix" has a dimension of 0/],
    [
      'dimension 0 of tensor matrix',
      33n,
      'corrupt',
      /rows of 33 elements, but Q8_0 stores them in blocks of 32/,
    ],
    ['dimension 0 of tensor matrix', 2n ** 63n, 'corrupt', /size of tensor "matrix" does not fit/],
    ['dimension 1 of tensor matrix', 2n ** 58n, 'corrupt', /size of tensor "matrix" does not fit/],
    ['dimension 1 of tensor matrix', 4n, 'corrupt', /"matrix" takes 272 bytes at offset 32, but/],
    [
      'offset of tensor matrix',
      33n,
      'corrupt',
      /offset 33, which is not a multiple .* alignment 32/,
    ],
    ['offset of tensor matrix', 2n ** 64n - 32n, 'corrupt', /"matrix" takes 204 bytes at offset/],
    ['offset of tensor matrix', 0n, 'corrupt', /data of tensors "norm" and "matrix" overlap/],
    ['type of tensor matrix', 10n, 'unsupported', /tensor "matrix" is stored as Q2_K, which/],
    ['type of tensor matrix', 39n, 'unsupported', /tensor "matrix" is stored as MXFP4, which/],
    [
      'type of tensor matrix',
      4096n,
      'unsupported',
      /tensor "matrix" is stored as type 4096, which/,
    ],
  ];
  for (const [name, value, code, message] of refusals) {
    it(`is refused where its ${name} is ${value}`, () => {
      const image = writeGguf(sampleContents);
      const field = image.fields.find((candidate) => candidate.name === name);
      assert.ok(field, name);
      const file = save(replaceField(image, field, value));
      assert.throws(() => addon.openModelFile(file), saying(code, message));
    });
  }

  it('is refused with the types the engine reads, and how to get one of them', () => {
    const [, matrix] = sampleContents.tensors;
    const contents = { entries: [], tensors: [{ ...matrix!, type: 10 }] };
    assert.throws(
      () => openContents(contents),
      ({ remedy }: NativeError) =>
        /Q8_0.*Q4_K, Q5_K and Q6_K/.test(remedy) && /llama-quantize/.test(remedy),
    );
  });

  it('is refused where a key occurs twice', () => {
    const entry = { key: 'twice', type: 'u8', value: 1 } as const;
    assert.throws(
      () => openContents({ entries: [entry, entry], tensors: [] }),
      saying('corrupt', /metadata key "twice" occurs twice/),
    );
  });

  it('is refused where a tensor occurs twice', () => {
    const [norm] = sampleContents.tensors;
    assert.throws(
      () => openContents({ entries: [], tensors: [norm!, norm!] }),
      saying('corrupt', /tensor "norm" occurs twice/),
    );
  });

  for (const alignment of [0, 4, 24, 2 ** 31 + 32]) {
    it(`is refused where its alignment is ${alignment}`, () => {
      const entry = { key: 'general.alignment', type: 'u32', value: alignment } as const;
      assert.throws(
        () => openContents({ entries: [entry], tensors: [] }),
        saying('corrupt', /general\.alignment is \d+; it must be a power of two/),
      );
    });
  }

  it('is refused where its alignment is a string', () => {
    const entry = { key: 'general.alignment', type: 'string', value: '32' } as const;
    assert.throws(
      () => openContents({ entries: [entry], tensors: [] }),
      saying('corrupt', /"general\.alignment" is not an integer/),
    );
  });

  it('escapes the control characters of a damaged name in the message', () => {
    const entry = { key: 'a\u0007"b', type: 'u8', value: 1 } as const;
    assert.throws(
      () => openContents({ entries: [entry, entry], tensors: [] }),
      saying('corrupt', /metadata key "a\\x07\\"b" occurs twice/),
    );
  });
});

function abridge(value: MetadataValue): unknown {
  if (!Array.isArray(value)) return value;
  return { length: value.length, first: value.slice(0, 3), last: value.slice(-3) };
}

function saying(code: string, message: RegExp): (error: NativeError) => boolean {
  return (error) => {
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    assert.notEqual(error.remedy, '');
    return true;
  };
}
