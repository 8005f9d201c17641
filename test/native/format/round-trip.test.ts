import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import {
  writeGguf,
  type GgufEntry,
  type Scalar,
  type ScalarType,
} from '../../fixtures/gguf-writer.js';
import { nativeAddon } from '../addons.js';

const integer = (bits: number, signed: boolean): fc.Arbitrary<bigint> =>
  signed
    ? fc.bigInt({ min: -(2n ** BigInt(bits - 1)), max: 2n ** BigInt(bits - 1) - 1n })
    : fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n });

/** Any value of each type that the file can hold. */
const scalars: Record<ScalarType, fc.Arbitrary<Scalar>> = {
  u8: integer(8, false).map(Number),
  i8: integer(8, true).map(Number),
  u16: integer(16, false).map(Number),
  i16: integer(16, true).map(Number),
  u32: integer(32, false).map(Number),
  i32: integer(32, true).map(Number),
  u64: integer(64, false),
  i64: integer(64, true),
  f32: fc.float(),
  f64: fc.double(),
  bool: fc.boolean(),
  string: fc.string({ unit: 'binary' }),
};

// A key that the reader gives a meaning of its own is no free input.
const key = fc
  .string({ unit: 'binary', minLength: 1 })
  .filter((text) => text !== 'general.alignment');

const entry: fc.Arbitrary<GgufEntry> = fc
  .constantFrom(...(Object.keys(scalars) as ScalarType[]))
  .chain((type) =>
    fc.oneof(
      fc.record({ key, type: fc.constant(type), value: scalars[type] }),
      fc.record({
        key,
        type: fc.constant('array' as const),
        element: fc.constant(type),
        values: fc.array(scalars[type], { maxLength: 20 }),
      }),
    ),
  );

describe('any metadata', () => {
  it('is read as it was written', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'lacuna-round-trip-'));
    const file = path.join(folder, 'model.gguf');
    try {
      fc.assert(
        fc.property(
          fc.uniqueArray(entry, { selector: ({ key }) => key, maxLength: 12 }),
          (entries) => {
            writeFileSync(file, writeGguf({ entries, tensors: [] }).bytes);
            const read = nativeAddon().openModelFile(file);
            assert.deepEqual(
              read.keys(),
              entries.map(({ key }) => key),
            );
            for (const entry of entries) {
              const written =
                entry.type === 'array' ? entry.values.map(asRead) : asRead(entry.value);
              assert.deepEqual(read.get(entry.key), written);
            }
          },
        ),
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

/** 64-bit integers come back as numbers where a number holds them exactly. */
function asRead(value: Scalar): Scalar {
  const exact = typeof value === 'bigint' && value <= 2n ** 53n && value >= -(2n ** 53n);
  return exact ? Number(value) : value;
}
