import type { TextRange } from '../syntax/text-range.js';

/** Zero-based lines of a file, the last one included. */
export interface Chunk {
  readonly first: number;
  readonly last: number;
  /** Names of what is defined in them, and of what they stand in. */
  readonly names: readonly string[];
}

/** What a text is cut at. */
export interface Piece extends TextRange {
  readonly name: string;
}

/** Most lines of a chunk, and UTF-16 units as long as it has several lines: prose has long ones. */
const MOST_LINES = 60;
const MOST_TEXT = 3000;

interface Lines {
  readonly first: number;
  readonly last: number;
}

/**
 * Cuts a text into chunks of whole lines: definitions stay whole where they are short enough, longer ones are cut between what they
 * define. Blank stretches are in none.
 */
export function chunksOf(text: string, pieces: readonly Piece[]): Chunk[] {
  const lines = text.split(/\r\n|\r|\n/);
  const lineOf = lineFinder(text);
  const placed = [...pieces]
    .sort((a, b) => a.start - b.start || b.end - a.end)
    .map(({ name, start, end }) => ({
      ...{ name, first: lineOf(start), last: lineOf(Math.max(start, end - 1)) },
    }));
  const whole = { first: 0, last: lines.length - 1 };
  const ends: number[] = [];
  let length = 0;
  for (const line of lines) ends.push((length += line.length + 1));
  const fits: Fits = ({ first, last }) =>
    last === first ||
    (last - first < MOST_LINES && (ends[last] ?? 0) - (ends[first - 1] ?? 0) <= MOST_TEXT);
  return cut(whole, placed, fits)
    .map((range) => trimmed(range, lines))
    .filter(({ first, last }) => first <= last)
    .map((range) => ({ ...range, names: namesIn(range, placed) }));
}

/** Whether lines are few and short enough to be one chunk. */
type Fits = (range: Lines) => boolean;

function cut(
  range: Lines,
  pieces: readonly (Lines & { readonly name: string })[],
  fits: Fits,
): Lines[] {
  if (fits(range)) return [range];
  const inside = pieces.filter(
    (piece) => within(piece, range) && (piece.first > range.first || piece.last < range.last),
  );
  const outermost = inside.filter(
    (piece) =>
      !inside.some((other) => other !== piece && within(piece, other) && larger(other, piece)),
  );
  if (outermost.length === 0) return slices(range, fits);
  const parts: Lines[] = [];
  let next = range.first;
  for (const { first, last } of outermost) {
    if (first < next) continue;
    if (first > next) parts.push(...slices({ first: next, last: first - 1 }, fits));
    parts.push(...cut({ first, last }, inside, fits));
    next = last + 1;
  }
  if (next <= range.last) parts.push(...slices({ first: next, last: range.last }, fits));
  return merged(parts, fits);
}

/** Neighbours that are short enough to be one chunk. */
function merged(parts: readonly Lines[], fits: Fits): Lines[] {
  const result: Lines[] = [];
  for (const part of parts) {
    const before = result.at(-1);
    const both = before && { first: before.first, last: part.last };
    if (both && fits(both)) result[result.length - 1] = both;
    else result.push(part);
  }
  return result;
}

function slices({ first, last }: Lines, fits: Fits): Lines[] {
  const result: Lines[] = [];
  for (let from = first; from <= last;) {
    let to = from;
    while (to < last && fits({ first: from, last: to + 1 })) to++;
    result.push({ first: from, last: to });
    from = to + 1;
  }
  return result;
}

function trimmed({ first, last }: Lines, lines: readonly string[]): Lines {
  let [from, to] = [first, last];
  while (from <= to && lines[from]?.trim() === '') from++;
  while (to >= from && lines[to]?.trim() === '') to--;
  return { first: from, last: to };
}

function namesIn(range: Lines, pieces: readonly (Lines & { readonly name: string })[]): string[] {
  const names = pieces
    .filter((piece) => within(piece, range) || within(range, piece))
    .map(({ name }) => name);
  return [...new Set(names)];
}

function within(inner: Lines, outer: Lines): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}

function larger(one: Lines, other: Lines): boolean {
  return one.last - one.first > other.last - other.first;
}

/** The line of an offset. */
function lineFinder(text: string): (offset: number) => number {
  const starts = [
    0,
    ...[...text.matchAll(/\r\n|\r|\n/g)].map(({ 0: end, index }) => index + end.length),
  ];
  return (offset) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low;
  };
}

/** What a Markdown text is cut at: its sections. */
export function sectionsOf(text: string): Piece[] {
  const heads = [...text.matchAll(/^ {0,3}(#{1,6})[ \t]+([^\r\n]*)/gm)];
  return heads.map(({ 1: marks = '', 2: name = '', index }, at) => {
    const behind = heads.slice(at + 1).find(([, other = '']) => other.length <= marks.length);
    return { name: name.trim(), start: index, end: behind?.index ?? text.length };
  });
}
