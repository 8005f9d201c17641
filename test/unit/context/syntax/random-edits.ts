import fc from 'fast-check';
import type { TextEdit } from '../../../../server/context/syntax/text-edit.js';

/** What breaks naive offsets and makes or breaks syntax. */
const pieces = [
  ...['\r\n', '\n', '\r', '\t', '    ', '😀', '𝒳', 'é', 'e\u0301', '漢', '\ud83d', '\u2028'],
  ...['{', '}', '(', ')', '"', "'", '`', '${', '/*', '*/', '//', '#', ':', ';', ',', '=>', '<'],
  ...['def f(x):', 'return a', 'if', 'class A', 'name', '42', 'end', 'import x', '\\'],
];

/** Short texts of CRLF, tabs, astral characters, lone surrogates, brackets and quotes. */
export const troublesomeText = fc
  .array(fc.constantFrom(...pieces), { maxLength: 8 })
  .map((parts) => parts.join(''));

/** An edit by fractions of a text's length, so that it fits whatever the text has become. */
export const editShape = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  removed: fc.oneof(
    fc.constant(0),
    fc.integer({ min: 0, max: 12 }),
    fc.integer({ min: 0, max: 300 }),
  ),
  newText: troublesomeText,
});

export function editOf(
  text: string,
  { at, removed, newText }: { at: number; removed: number; newText: string },
): TextEdit {
  const start = Math.floor(at * text.length);
  return { start, oldEnd: Math.min(start + removed, text.length), newText };
}
