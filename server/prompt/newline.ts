/**
 * Line ends and the byte order mark. Models read LF only and no BOM; documents keep what they have.
 */

/** What ends a line in a document. */
export type EndOfLine = '\n' | '\r\n' | '\r';

const BOM = '\uFEFF';

/** CRLF and lone CR become LF. */
export function normalizeNewlines(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

/** The inverse for text that came from the model: every LF becomes the document's own line end. */
export function withEndOfLine(text: string, eol: EndOfLine): string {
  const normalized = normalizeNewlines(text);
  return eol === '\n' ? normalized : normalized.replaceAll('\n', eol);
}

/** The document's first line end; LF where it has none. */
export function endOfLineOf(document: string): EndOfLine {
  const first = /\r\n?|\n/.exec(document)?.[0];
  return first === '\r\n' || first === '\r' ? first : '\n';
}

/** A document cut at the cursor. */
export interface Hole {
  readonly prefix: string;
  readonly suffix: string;
}

/**
 * The document around the cursor as a model reads it: LF only, no BOM. A cursor inside a CRLF is taken as
 * standing before it, one inside a surrogate pair as standing behind it, so that no character is torn.
 * `prefix` must begin at the start of the document.
 */
export function normalizeHole({ prefix, suffix }: Hole): Hole {
  let before = prefix.startsWith(BOM) ? prefix.slice(BOM.length) : prefix;
  let after = prefix === '' && suffix.startsWith(BOM) ? suffix.slice(BOM.length) : suffix;
  if (before.endsWith('\r') && after.startsWith('\n')) before = before.slice(0, -1);
  if (splitsPair(before + after.slice(0, 1), before.length)) {
    before += after.slice(0, 1);
    after = after.slice(1);
  }
  return { prefix: normalizeNewlines(before), suffix: normalizeNewlines(after) };
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
