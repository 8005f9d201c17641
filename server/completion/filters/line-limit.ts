import type { Filter, FilterContext } from './filter.js';

/** Ends a line at its first line end, and a block after `maxLines` lines. */
export const lineLimit: Filter = {
  keep: cut,
  settled: cut,
  ended: (text, context) => cut(text, context) < text.length,
};

function cut(text: string, { shape, opens, maxLines }: FilterContext): number {
  let end = -1;
  for (let left = shape === 'line' && opens !== true ? 1 : maxLines; left > 0; left--) {
    end = text.indexOf('\n', end + 1);
    if (end < 0) return text.length;
  }
  return end;
}
