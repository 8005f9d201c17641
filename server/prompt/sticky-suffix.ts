/**
 * Whether the suffix that was sent before still serves. A changed suffix costs a prefill of itself and of all that stands
 * behind it, and edits far below the cursor say little about what is missing at it.
 */

import { editDistance } from './edit-distance.js';

/** A suffix that was sent, and the document's own at the latest plan that sent it. LF line ends. */
export interface SentSuffix {
  readonly sent: string;
  /** Whether the document went on behind it. */
  readonly cut: boolean;
  readonly latest: string;
}

/** Share of the pieces of a suffix that may differ from the document's own. */
export const SUFFIX_TOLERANCE = 0.1;
/** Pieces that may differ however long the suffix is: more take too long to count at each keystroke. */
const MOST_EDITS = 200;

/** Up to the end of the first line that is not blank. */
const firstLine = /^\s*[^\n]*/;
/** Words and signs with one blank before them, and other white space: about what tokens are. */
const pieces = / ?[\p{L}\p{N}_]+| ?[^\s\p{L}\p{N}_]|\s+/gu;

/**
 * Whether `sent` can stand for `suffix`, the document's own suffix now: no text has come to or gone from its start, which
 * is also what a cursor that jumps makes of it; the first line that is not blank is the same; and of its pieces at most
 * a tenth are others. Of a suffix that was cut, what follows it in the document is no difference.
 */
export function suffixServes({ sent, cut, latest }: SentSuffix, suffix: string): boolean {
  if (sent === '') return suffix === '';
  if (suffix !== latest && (suffix.endsWith(latest) || latest.endsWith(suffix))) return false;
  if (cut ? suffix.startsWith(sent) : suffix === sent) return true;
  if (firstLine.exec(sent)?.[0] !== firstLine.exec(suffix)?.[0]) return false;
  // More than twice as long, it is another text.
  if (!cut && suffix.length > 2 * sent.length) return false;
  const before = piecesOf(sent);
  const after = piecesOf(suffix.slice(0, 2 * sent.length));
  const most = Math.min(MOST_EDITS, Math.floor(before.length * SUFFIX_TOLERANCE));
  return editDistance(before, after, most, !cut) !== undefined;
}

function piecesOf(text: string): readonly string[] {
  return text.match(pieces) ?? [];
}
