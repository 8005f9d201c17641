/** Damaged model files, always the same ones: the seed stands here. */
import { createRandom } from '../random.js';
import { readField, replaceField, type GgufImage } from '../../fixtures/gguf-writer.js';

export interface Mutation {
  /** What was done, for a failing test's message. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Length the file is extended to with zeros; the bytes' own where absent. */
  readonly size?: number;
  /** Set where the result cannot be a valid file. */
  readonly mustFail?: boolean;
}

/** Every number of the structure, replaced by each of a list of absurd ones. */
export function fieldMutations(image: GgufImage): Mutation[] {
  return image.fields.flatMap((field) =>
    absurdValues(readField(image, field), BigInt(field.bytes * 8)).map((absurd) => ({
      name: `${field.name} = ${absurd}`,
      bytes: replaceField(image, field, absurd),
    })),
  );
}

function absurdValues(value: bigint, bits: bigint): bigint[] {
  const top = 1n << bits;
  const candidates = [
    0n,
    value - 1n,
    value + 1n,
    value * 2n,
    top - 1n, // -1
    top - value,
    top >> 1n, // the sign bit alone
    (top >> 1n) - 1n,
    top / 34n + 1n, // overflows when multiplied by a block's bytes
    top / 8n + 1n, // … or by a string's least length
    1n << (bits / 2n), // overflows when squared
    99n,
  ];
  const valid = candidates.map((candidate) => BigInt.asUintN(Number(bits), candidate));
  return [...new Set(valid)].filter((candidate) => candidate !== value);
}

/** The first `length` bytes, for lengths that step through the whole image: none of them is a whole file. */
export function truncations(image: GgufImage, step: number): Mutation[] {
  const mutations: Mutation[] = [];
  for (let length = 0; length < image.bytes.length; length += step) {
    mutations.push({
      name: `cut after ${length} bytes`,
      bytes: image.bytes.slice(0, length),
      mustFail: true,
    });
  }
  return mutations;
}

/** `count` copies of a file's first bytes (its header), each with one to four bits flipped; `size` is the whole file's. */
export function bitFlips(head: Uint8Array, size: number, count: number, seed: number): Mutation[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    const bytes = head.slice();
    const flips = 1 + random.below(4);
    const places: string[] = [];
    for (let flip = 0; flip < flips; ++flip) {
      // Half of the flips strike the first bytes, where the counts and the first keys stand.
      const reach = random.below(2) === 0 ? Math.min(256, bytes.length) : bytes.length;
      const [offset, bit] = [random.below(reach), random.below(8)];
      bytes[offset]! ^= 1 << bit;
      places.push(`${offset}.${bit}`);
    }
    return { name: `flip ${i}: bits ${places.join(' ')}`, bytes, size };
  });
}
