/** Random weights of ordinary size, as blocks of any weight type. */
import type { Random } from '../native/random.js';
import type { WeightType } from '../native/weight-types.js';
import { randomFloats } from './numbers.js';

/** 2^-7 and 2^-6 as binary16: block scales that keep weights near one. */
const ordinaryHalves = [0x2000, 0x2400] as const;

export function randomBlocks(random: Random, type: WeightType, elements: number): Uint8Array {
  if (type.name === 'F32') return bytesOf(randomFloats(random, elements));
  if (type.name === 'BF16') return everySecondHalf(bytesOf(randomFloats(random, elements)));
  const count = elements / type.blockElements;
  const blocks = random.bytes(count * type.blockBytes);
  const view = new DataView(blocks.buffer);
  for (let b = 0; b < count; b++) {
    for (const offset of type.halves) {
      view.setUint16(b * type.blockBytes + offset, ordinaryHalves[random.below(2)]!, true);
    }
  }
  return blocks;
}

export function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** The upper halves of float32 values: BF16. */
function everySecondHalf(bytes: Uint8Array): Uint8Array {
  return bytes.filter((_, i) => i % 4 >= 2);
}
