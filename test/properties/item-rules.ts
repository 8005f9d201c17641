/** What must be true of anything that is offered, whatever the document, the cursor and the model's answer. */
import assert from 'node:assert/strict';
import type { Position, Range } from 'vscode-languageserver/node';

export interface OfferedText {
  readonly text: string;
  readonly range: Range;
}

const lineEnd = /\r\n|\r|\n/g;

/** By the protocol's own words, apart from the server's code: CRLF, CR and LF end lines, UTF-16 units are counted. */
export function positionOf(text: string, offset: number): Position {
  let line = 0;
  let start = 0;
  for (const match of text.matchAll(lineEnd)) {
    const end = match.index + match[0].length;
    if (end > offset) break;
    line++;
    start = end;
  }
  return { line, character: offset - start };
}

/** @throws AssertionError where the document has no such place: a client would have to guess. */
export function offsetOf(text: string, { line, character }: Position): number {
  const ends = [...text.matchAll(lineEnd)];
  assert.ok(line <= ends.length, `line ${line} of ${ends.length + 1}`);
  const previous = ends[line - 1];
  const start = previous ? previous.index + previous[0].length : 0;
  const end = ends[line]?.index ?? text.length;
  assert.ok(start + character <= end, `column ${character} of ${end - start} in line ${line}`);
  return start + character;
}

/** The offset, or the one before where it stands inside a surrogate pair or a CRLF. */
export function wholeOffset(text: string, offset: number): number {
  const around = text.slice(offset - 1, offset + 1);
  return offset > 0 && /^(?:\r\n|[\ud800-\udbff][\udc00-\udfff])$/.test(around)
    ? offset - 1
    : offset;
}

export function countLineEnds(text: string): number {
  return [...text.matchAll(lineEnd)].length;
}

/** The document with the item in it, as an editor puts it there. */
export function applied(document: string, { text, range }: OfferedText): string {
  return (
    document.slice(0, offsetOf(document, range.start)) +
    text +
    document.slice(offsetOf(document, range.end))
  );
}

/** Checks an item that is offered in `document` with the cursor at `cursor` (UTF-16 units). */
export function checkItem(document: string, cursor: number, item: OfferedText): void {
  const { text, range } = item;
  const start = offsetOf(document, range.start);
  const end = offsetOf(document, range.end);
  assert.equal(range.start.line, range.end.line, 'the range stays on one line');
  const at = wholeOffset(document, cursor);
  assert.ok(start <= at && at <= end, `the range ${start} … ${end} contains the cursor at ${at}`);
  assert.equal(wholeOffset(document, start), start, 'the range begins between characters');
  assert.equal(wholeOffset(document, end), end, 'the range ends between characters');
  assert.notEqual(text.trim(), '', 'there is something to see');

  assert.ok(!/\p{Surrogate}/u.test(text), 'no surrogate pair is torn in the text');
  const result = applied(document, item);
  const halves = (each: string) => each.match(/\p{Surrogate}/gu)?.length ?? 0;
  assert.equal(
    halves(result),
    halves(document),
    'no surrogate pair is torn or made in the document',
  );

  const own = new Set(document.match(lineEnd) ?? ['\n']);
  const written = new Set(text.match(lineEnd) ?? []);
  assert.ok(written.size <= 1, 'the text has line ends of one kind');
  for (const each of written) assert.ok(own.has(each), `the document has ${JSON.stringify(each)}`);
  assert.equal(
    countLineEnds(result),
    countLineEnds(document) + countLineEnds(text),
    'no line end melts into another',
  );

  let found = 0;
  for (const character of document.slice(start, end).replace(/\s/g, '')) {
    found = text.indexOf(character, found) + 1;
    assert.ok(found > 0, `what is replaced stands in the text again: ${character}`);
  }
}
