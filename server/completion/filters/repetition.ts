import type { Filter } from './filter.js';

/** A stretch of at least this many characters … */
const shortestUnit = 4;
/** … that stands this many times in a row means the model runs in a circle. */
const times = 4;

/** Ends a text that says the same again and again, after the first time. */
export const repetition: Filter = {
  keep: (text) => scan(text).keep,
  settled: (text) => scan(text).settled,
  ended: (text) => scan(text).keep < text.length,
};

/**
 * Follows, for every distance p, how many latest characters equal the character p before them. A run of
 * (times − 1) · p of them is a unit of p characters that stands `times` times.
 */
function scan(text: string): { keep: number; settled: number } {
  const runs = new Uint32Array(text.length);
  for (let end = 1; end <= text.length; end++) {
    const character = text.charAt(end - 1);
    for (let p = shortestUnit; p < end; p++) {
      const run = text.charAt(end - 1 - p) === character ? (runs[p] ?? 0) + 1 : 0;
      runs[p] = run;
      if (run === (times - 1) * p && /\w/.test(text.slice(end - p, end))) {
        return { keep: end - run, settled: end - run };
      }
    }
  }
  return { keep: text.length, settled: text.length - Math.max(0, ...runs) };
}
