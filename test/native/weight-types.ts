/**
 * What each weight type means, written from its definition in plain float64: no product or sum below needs
 * more than 53 bits, so one rounding to float32 gives the exact expected value.
 */

export interface WeightType {
  readonly name: string;
  /** GGUF's id. */
  readonly id: number;
  readonly blockElements: number;
  readonly blockBytes: number;
  /** Where the block's f16 numbers stand: scales, minima. */
  readonly halves: readonly number[];
  /** The value of element `i` of the block, before it is rounded to float32. */
  value(block: DataView, i: number): number;
}

const iq4Values = [
  -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113,
] as const;

export const weightTypes: readonly WeightType[] = [
  {
    name: 'F32',
    id: 0,
    blockElements: 1,
    blockBytes: 4,
    halves: [],
    value: (block) => block.getFloat32(0, true),
  },
  {
    name: 'F16',
    id: 1,
    blockElements: 1,
    blockBytes: 2,
    halves: [0],
    value: (block) => f16(block, 0),
  },
  {
    name: 'BF16',
    id: 30,
    blockElements: 1,
    blockBytes: 2,
    halves: [],
    value: (block) => bf16(block.getUint16(0, true)),
  },
  {
    name: 'Q4_0',
    id: 2,
    blockElements: 32,
    blockBytes: 18,
    halves: [0],
    value: (block, i) => f16(block, 0) * (nibble(block, 2, i) - 8),
  },
  {
    name: 'Q5_0',
    id: 6,
    blockElements: 32,
    blockBytes: 22,
    halves: [0],
    value: (block, i) => f16(block, 0) * (nibble(block, 6, i) + 16 * bit(block, 2, i) - 16),
  },
  {
    name: 'Q5_1',
    id: 7,
    blockElements: 32,
    blockBytes: 24,
    halves: [0, 2],
    value: (block, i) =>
      f16(block, 0) * (nibble(block, 8, i) + 16 * bit(block, 4, i)) + f16(block, 2),
  },
  {
    name: 'Q8_0',
    id: 8,
    blockElements: 32,
    blockBytes: 34,
    halves: [0],
    value: (block, i) => f16(block, 0) * block.getInt8(2 + i),
  },
  {
    name: 'IQ4_NL',
    id: 20,
    blockElements: 32,
    blockBytes: 18,
    halves: [0],
    value: (block, i) => f16(block, 0) * iq4Values[nibble(block, 2, i)]!,
  },
  {
    name: 'Q4_K',
    id: 12,
    blockElements: 256,
    blockBytes: 144,
    halves: [0, 2],
    value: (block, i) => kValue(block, i, nibble64(block, 16, i)),
  },
  {
    name: 'Q5_K',
    id: 13,
    blockElements: 256,
    blockBytes: 176,
    halves: [0, 2],
    value: (block, i) => {
      const high = (block.getUint8(16 + (i % 32)) >> Math.floor(i / 32)) & 1;
      return kValue(block, i, nibble64(block, 48, i) + 16 * high);
    },
  },
  {
    name: 'Q6_K',
    id: 14,
    blockElements: 256,
    blockBytes: 210,
    halves: [208],
    value: (block, i) => {
      const [half, quarter, l] = [Math.floor(i / 128), Math.floor((i % 128) / 32), i % 32];
      const lowByte = block.getUint8(half * 64 + (quarter % 2) * 32 + l);
      const low = quarter < 2 ? lowByte % 16 : lowByte >> 4;
      const high = (block.getUint8(128 + half * 32 + l) >> (2 * quarter)) % 4;
      const scale = block.getInt8(192 + Math.floor(i / 16));
      return f16(block, 208) * scale * (low + 16 * high - 32);
    },
  },
];

/** Whole blocks as float32. */
export function expectedValues(type: WeightType, blocks: Uint8Array): Float32Array {
  const count = blocks.length / type.blockBytes;
  const values = new Float32Array(count * type.blockElements);
  for (let b = 0; b < count; ++b) {
    const block = new DataView(
      blocks.buffer,
      blocks.byteOffset + b * type.blockBytes,
      type.blockBytes,
    );
    for (let i = 0; i < type.blockElements; ++i) {
      values[b * type.blockElements + i] = type.value(block, i);
    }
  }
  return values;
}

/** IEEE binary16 by its definition. */
function f16(block: DataView, offset: number): number {
  const bits = block.getUint16(offset, true);
  const sign = bits >= 0x8000 ? -1 : 1;
  const exponent = Math.floor(bits / 1024) % 32;
  const fraction = bits % 1024;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The upper half of a binary32, by its definition. */
function bf16(bits: number): number {
  const sign = bits >= 0x8000 ? -1 : 1;
  const exponent = Math.floor(bits / 128) % 256;
  const fraction = bits % 128;
  if (exponent === 255) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -133;
  return sign * (1 + fraction / 128) * 2 ** (exponent - 127);
}

/** Element `i` of 32 in sixteen bytes: the low nibbles first. */
function nibble(block: DataView, offset: number, i: number): number {
  const byte = block.getUint8(offset + (i % 16));
  return i < 16 ? byte % 16 : byte >> 4;
}

/** Element `i` of 256 where each 32 bytes hold 64: the low nibbles first. */
function nibble64(block: DataView, offset: number, i: number): number {
  const byte = block.getUint8(offset + Math.floor(i / 64) * 32 + (i % 32));
  return i % 64 < 32 ? byte % 16 : byte >> 4;
}

function bit(block: DataView, offset: number, i: number): number {
  return (block.getUint32(offset, true) >>> i) & 1;
}

/** d · scale · q − dmin · minimum, with the 6-bit scale and minimum of the element's group of 32. */
function kValue(block: DataView, i: number, q: number): number {
  const packed = Array.from({ length: 12 }, (_, j) => block.getUint8(4 + j));
  const group = Math.floor(i / 32);
  const [scale, minimum] =
    group < 4
      ? [packed[group]! % 64, packed[group + 4]! % 64]
      : [
          (packed[group + 4]! % 16) + 16 * (packed[group - 4]! >> 6),
          (packed[group + 4]! >> 4) + 16 * (packed[group]! >> 6),
        ];
  return f16(block, 0) * scale * q - f16(block, 2) * minimum;
}
