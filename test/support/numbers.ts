/** Random numbers and comparisons for numeric tests. */
import assert from 'node:assert/strict';
import type { Random } from '../native/random.js';

/** `length` values spread evenly over [-scale, scale). */
export function randomFloats(random: Random, length: number, scale = 1): Float32Array {
  return Float32Array.from({ length }, () => (random.below(2 ** 24) / 2 ** 23 - 1) * scale);
}

/** The largest difference, as a share of the root mean square of `expected`. NaN anywhere gives NaN. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  assert.equal(actual.length, expected.length);
  let largest = 0;
  let squares = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!);
    if (!(difference <= largest)) largest = difference;
    squares += expected[i]! ** 2;
  }
  if (largest === 0) return 0;
  return largest / Math.sqrt(squares / expected.length);
}

export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what = 'values',
): void {
  const error = relativeError(actual, expected);
  assert.ok(error <= tolerance, `${what} differ by ${error}, more than ${tolerance}`);
}

/** The index of the largest value in row `row` of a [rows, width] array. */
export function argmax(values: ArrayLike<number>, row: number, width: number): number {
  let best = 0;
  for (let i = 1; i < width; i++) {
    if (values[row * width + i]! > values[row * width + best]!) best = i;
  }
  return best;
}
