/** Numbers that look random and are the same on every machine. */
export class Lcg {
  private state: number;

  constructor(seed: string) {
    this.state = Buffer.from(seed).reduce((hash, byte) => (Math.imul(hash, 31) + byte) >>> 0, 7);
  }

  /** 0 ≤ value < 1. */
  next(): number {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
    return this.state / 2 ** 32;
  }

  /** A whole number, 0 ≤ value < `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }
}

/**
 * Ids spread over the vocabulary: the same for the same seed, a longer prompt begins with the shorter one, and
 * another seed gives another prompt from the first token on.
 */
export function randomPrompt(vocabularySize: number, length: number, seed: string): Int32Array {
  const random = new Lcg(seed);
  return Int32Array.from({ length }, () => random.below(vocabularySize));
}
