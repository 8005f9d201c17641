/** Part of a text, UTF-16 units: from `start` up to but not including `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** `inserted` units have taken the place of `removed` ones at `start`. */
export interface Edit {
  readonly start: number;
  readonly removed: number;
  readonly inserted: number;
}

/**
 * The smallest edit between two texts, the leftmost unit that differs first. Where a repeated unit was added, it cannot
 * be told which of them is the new one.
 */
export function editBetween(before: string, after: string): Edit {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let same = 0;
  while (
    same < shorter - start &&
    before.charCodeAt(before.length - 1 - same) === after.charCodeAt(after.length - 1 - same)
  ) {
    same++;
  }
  return {
    start,
    removed: before.length - same - start,
    inserted: after.length - same - start,
  };
}

/** Where `spans` are after an edit: without what it removed, in two where it stands between. */
export function spansAfter(spans: readonly Span[], { start, removed, inserted }: Edit): Span[] {
  const shift = inserted - removed;
  return spans.flatMap((span) =>
    [
      { start: span.start, end: Math.min(span.end, start) },
      { start: Math.max(span.start, start + removed) + shift, end: span.end + shift },
    ].filter((part) => part.end > part.start),
  );
}

export function lengthOf(spans: readonly Span[]): number {
  return spans.reduce((sum, { start, end }) => sum + end - start, 0);
}
