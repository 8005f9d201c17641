import type { EditHunk, EditPosition } from '../../protocol/index.js';

/** What has become of a hunk: nobody has decided yet, it is taken, it is left. */
export type Decision = 'open' | 'accepted' | 'rejected';

/** Zero-based lines, the last one included. */
export interface Lines {
  readonly first: number;
  readonly last: number;
}

/** A document in which one can read what would change: what goes stands above what comes. */
export interface ReviewText {
  readonly text: string;
  readonly removed: readonly Lines[];
  readonly added: readonly Lines[];
  /** Line on which each hunk begins. */
  readonly hunks: readonly number[];
}

const lineEnd = /\r\n|\r|\n/g;

const lineEnds = (text: string) => text.match(lineEnd)?.length ?? 0;

/** Offset of a position; the end of the text for one beyond it. */
export function offsetAt(text: string, { line, character }: EditPosition): number {
  let start = 0;
  for (let i = 0; i < line; i++) {
    lineEnd.lastIndex = start;
    const found = lineEnd.exec(text);
    if (!found) return text.length;
    start = found.index + found[0].length;
  }
  return Math.min(start + character, text.length);
}

/**
 * Puts hunks into their document.
 *
 * @param document its whole text
 * @param hunks from the top down
 * @param decisions one for each hunk
 */
export function reviewText(
  document: string,
  hunks: readonly EditHunk[],
  decisions: readonly Decision[],
): ReviewText {
  const newline = /\r\n|\r|\n/.exec(document)?.[0] ?? '\n';
  let text = '';
  let lines = 0;
  let read = 0;
  const removed: Lines[] = [];
  const added: Lines[] = [];
  const starts: number[] = [];
  const put = (piece: string) => {
    text += piece;
    lines += lineEnds(piece);
  };
  /** Where a text that was put last stands; a line end at its beginning belongs to the line above. */
  const span = (first: number, piece: string): Lines => ({
    first: /^[\r\n]/.test(piece) && !atLineStart(text, piece) ? first + 1 : first,
    last: Math.max(first, /[\r\n]$/.test(piece) ? lines - 1 : lines),
  });
  hunks.forEach(({ range, oldText, newText }, index) => {
    const decision = decisions[index] ?? 'open';
    const start = offsetAt(document, range.start);
    put(document.slice(read, start));
    read = start + oldText.length;
    starts.push(lines);
    if (decision !== 'accepted') {
      const first = lines;
      put(oldText);
      if (decision === 'open' && oldText !== '') removed.push(span(first, oldText));
    }
    if (decision === 'rejected') return;
    if (decision === 'open' && oldText !== '' && newText !== '' && !/[\r\n]$/.test(oldText))
      put(newline);
    const first = lines;
    put(newText);
    if (newText !== '') added.push(span(first, newText));
  });
  put(document.slice(read));
  return { text, removed, added, hunks: starts };
}

/** Whether `piece`, the end of `text`, begins on a line of its own. */
function atLineStart(text: string, piece: string): boolean {
  const before = text.length - piece.length;
  return before === 0 || /[\r\n]/.test(text.charAt(before - 1));
}
