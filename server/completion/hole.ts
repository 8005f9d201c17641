/**
 * The gap at the cursor: what stands before and after it, as the model and the filters see it. Models are
 * trained on text with LF line ends and no byte order mark, so the hole has neither; the completion gets the
 * document's own line ends back at the end.
 */

import type { Position, TextDocument } from 'vscode-languageserver-textdocument';
import { normalizeHole, wholeCharacterOffset, type EndOfLine } from '../prompt/newline.js';

export interface Hole {
  /** Everything before the cursor. */
  readonly prefix: string;
  /** Everything after it. */
  readonly suffix: string;
  /** The part of `prefix` on the cursor's line. */
  readonly linePrefix: string;
  /** The part of `suffix` on the cursor's line, without the line end. */
  readonly lineSuffix: string;
  /**
   * The line end nearest to the cursor, looking after it first; LF in a one-line document. CR right behind a CR: an LF
   * would make one line end of the two.
   */
  readonly eol: EndOfLine;
  readonly languageId: string;
}

/** Where a cursor stands, UTF-16 units from the start; before the character that it stands inside of, if any. */
export function cursorOffset(document: TextDocument, position: Position): number {
  return wholeCharacterOffset(document.getText(), document.offsetAt(position));
}

/** The text of a document as the prefixes and suffixes of its holes have it. */
export function documentText(text: string): string {
  return normalizeHole({ prefix: '', suffix: text }).suffix;
}

/**
 * The hole at `offset` (UTF-16 units from the start of `text`, clamped to it). An offset inside a surrogate
 * pair or between CR and LF means the place before the pair.
 */
export function holeAt(text: string, offset: number, languageId: string): Hole {
  const at = wholeCharacterOffset(text, offset);
  const before = text.slice(0, at);
  const after = text.slice(at);
  const { prefix, suffix } = normalizeHole({ prefix: before, suffix: after });
  const lineEnd = suffix.indexOf('\n');
  return {
    prefix,
    suffix,
    linePrefix: prefix.slice(prefix.lastIndexOf('\n') + 1),
    lineSuffix: lineEnd < 0 ? suffix : suffix.slice(0, lineEnd),
    eol: nearestLineEnd(before, after),
    languageId,
  };
}

function nearestLineEnd(before: string, after: string): EndOfLine {
  if (before.endsWith('\r')) return '\r';
  const next = /\r\n?|\n/.exec(after)?.[0];
  if (next) return next as EndOfLine;
  const last = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r'));
  if (last < 0) return '\n';
  if (before[last] === '\r') return '\r';
  return before[last - 1] === '\r' ? '\r\n' : '\n';
}
