/**
 * Line ends and the byte order mark. Models read LF only and no BOM; documents keep what they have.
 */

/** What ends a line in a document. */
export type EndOfLine = '\n' | '\r\n' | '\r';

/** More than one, where files were joined: what is normalized already must stay as it is. */
const leadingBoms = /^\uFEFF+/;

/** CRLF and lone CR become LF. */
export function normalizeNewlines(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

/** The inverse for text that came from the model: every LF becomes the document's own line end. */
export function withEndOfLine(text: string, eol: EndOfLine): string {
  const normalized = normalizeNewlines(text);
  return eol === '\n' ? normalized : normalized.replaceAll('\n', eol);
}

/** A document cut at the cursor. */
export interface SplitText {
  readonly prefix: string;
  readonly suffix: string;
}

/** The nearest offset at or before `offset` (UTF-16 units) that splits no surrogate pair and no CRLF. */
export function wholeCharacterOffset(text: string, offset: number): number {
  const at = Math.max(0, Math.min(offset, text.length));
  const splitsLineEnd = at > 0 && text[at - 1] === '\r' && text[at] === '\n';
  return splitsLineEnd || splitsPair(text, at) ? at - 1 : at;
}

/**
 * The document around the cursor as a model reads it: LF only, no BOM. A cut inside a CRLF or a surrogate pair
 * is taken as standing before it, so that no character is torn. `prefix` must begin at the start of the
 * document.
 */
export function normalizeHole({ prefix, suffix }: SplitText): SplitText {
  const torn = wholeCharacterOffset(prefix.slice(-1) + suffix.slice(0, 1), 1) < 1 && prefix !== '';
  const before = torn ? prefix.slice(0, -1) : prefix;
  const after = torn ? prefix.slice(-1) + suffix : suffix;
  const start = before.replace(leadingBoms, '');
  return {
    prefix: normalizeNewlines(start),
    suffix: normalizeNewlines(start === '' ? after.replace(leadingBoms, '') : after),
  };
}

/** Whether a cut of `text` at the UTF-16 offset `at` would tear a surrogate pair. */
export function splitsPair(text: string, at: number): boolean {
  return (
    at > 0 &&
    at < text.length &&
    (text.charCodeAt(at - 1) & 0xfc00) === 0xd800 &&
    (text.charCodeAt(at) & 0xfc00) === 0xdc00
  );
}
