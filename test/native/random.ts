/** A small generator of pseudo-random numbers (mulberry32): same seed, same numbers, on every machine. */
export interface Random {
  /** An integer in 0 … limit - 1. */
  below(limit: number): number;
  /** That many bytes. */
  bytes(length: number): Uint8Array;
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (limit: number): number => Math.floor((next() / 2 ** 32) * limit);
  return {
    below,
    bytes: (length) => Uint8Array.from({ length }, () => below(256)),
  };
}
