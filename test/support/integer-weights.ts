/** Weight blocks whose values are small integers: products with whole activations are exact in float32. */
import type { Random } from '../native/random.js';
import type { WeightType } from '../native/weight-types.js';

/** 1 and 3 as binary16. */
const [one, three] = [0x3c00, 0x4200] as const;

/** Bytes that drive packed fields of every width to their ends. */
const extremes = [0x00, 0xff, 0x0f, 0xf0, 0x80, 0x7f, 0x55, 0xaa] as const;

/** Blocks of extreme and of random bytes by turns, with scales of 1 and group scales of one digit. */
export function integerBlocks(random: Random, type: WeightType, elements: number): Uint8Array {
  const count = elements / type.blockElements;
  const blocks = random.bytes(count * type.blockBytes);
  for (let b = 0; b < count; b++) {
    const block = blocks.subarray(b * type.blockBytes, (b + 1) * type.blockBytes);
    const which = random.below(2 * extremes.length);
    if (which < extremes.length) block.fill(extremes[which]!);
    const view = new DataView(block.buffer, block.byteOffset, block.length);
    // A scale comes first, a minimum second.
    type.halves.forEach((offset, i) => {
      view.setUint16(offset, i === 0 ? one : three, true);
    });
    // Fields of 6 bits whose upper two are zero, for the last four groups too.
    if (type.name === 'Q4_K' || type.name === 'Q5_K')
      for (let i = 4; i < 12; i++) block[i]! &= 0x0f;
    if (type.name === 'Q6_K') for (let i = 192; i < 208; i++) view.setInt8(i, random.below(15) - 7);
  }
  return blocks;
}

/** Activations that round to themselves: whole numbers, ±127 among every 32. */
export function integerActivations(random: Random, length: number): Float32Array {
  const x = new Float32Array(length);
  for (let group = 0; group < length; group += 32) {
    const sign = random.below(2) === 0 ? 127 : -127;
    const pattern = random.below(4);
    for (let i = group; i < group + 32; i++) {
      if (pattern === 0) x[i] = sign;
      else if (pattern === 1) x[i] = i % 2 === 0 ? sign : -sign;
      else if (pattern === 2) x[i] = random.below(2) === 0 ? sign : -sign;
      else x[i] = random.below(255) - 127;
    }
    x[group + random.below(32)] = sign;
  }
  return x;
}
