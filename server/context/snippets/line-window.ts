import type { TextRange } from '../syntax/text-range.js';

/** A range and so many lines around it, as whole lines without the last one's end. LF, CRLF and lone CR end lines. */
export function lineWindow(text: string, { start, end }: TextRange, around: number): TextRange {
  let from = lineStart(text, Math.min(start, text.length));
  let to = lineEnd(text, Math.min(Math.max(start, end), text.length));
  for (let line = 0; line < around; line++) {
    if (from > 0) from = lineStart(text, beforeLineEnd(text, from));
    if (to < text.length) to = lineEnd(text, behindLineEnd(text, to));
  }
  return { start: from, end: to };
}

function lineStart(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && !isLineEnd(text, at - 1)) at--;
  return at;
}

function lineEnd(text: string, offset: number): number {
  let at = offset;
  while (at < text.length && !isLineEnd(text, at)) at++;
  return at;
}

function isLineEnd(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit === 0x0a || unit === 0x0d;
}

function beforeLineEnd(text: string, offset: number): number {
  return text.slice(offset - 2, offset) === '\r\n' ? offset - 2 : offset - 1;
}

function behindLineEnd(text: string, offset: number): number {
  return text.slice(offset, offset + 2) === '\r\n' ? offset + 2 : offset + 1;
}
