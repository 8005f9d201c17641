import type { Filter } from './filter.js';

/** Cuts white space and blank lines at the end; a blank text is dropped. */
export const trailingSpace: Filter = { keep: written, settled: written };

function written(text: string): number {
  return text.trimEnd().length;
}
