/** Text that breaks naive offsets, brackets and line ends, for editors that are made up. */
import fc from 'fast-check';

const lineEnds = ['\n', '\r\n', '\r'];
const blanks = [' ', '  ', '    ', '\t', '\u00a0', '\u3000', '\u2028', '\ufeff'];
/** Two astral characters with the same second half, joined emoji, combining marks, halves of pairs. */
const characters = [
  ...['😀', '🨀', '👩‍👩‍👧', '🏳️‍🌈', '🇩🇪', '👍🏽', '𝒳', 'é', 'e\u0301', '\u0301', 'ｆ', '漢', 'אב', '\0'],
  ...['\ud83d', '\ude00'],
];
const brackets = ['(', ')', '[', ']', '{', '}', '"', "'", '`', ';', ',', ');', '})', '})', '()'];
const code = [
  ...['a', 'ab12', 'foo', 'foo(', 'foo();', 'return x;', 'if (a) {', 'def f():', '//', '/*', '```'],
  ...['const face = ', '=> {', 'x, 10', '<｜fim▁hole｜>', 'end', '\\', '${'],
];

const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...code) },
  { weight: 3, arbitrary: fc.constantFrom(...brackets) },
  { weight: 2, arbitrary: fc.constantFrom(...characters) },
  { weight: 2, arbitrary: fc.constantFrom(...blanks) },
  { weight: 2, arbitrary: fc.constantFrom(...lineEnds) },
);

const pieces = (maxLength: number) =>
  fc.array(piece, { maxLength, size: 'max' }).map((all) => all.join(''));

/** What is typed or pasted at once. */
export const shortText = pieces(6);

/** A document: with any line ends, or with one kind of them throughout. */
export const documentText = fc
  .tuple(pieces(40), fc.constantFrom(undefined, ...lineEnds), fc.constantFrom('', '', '\ufeff'))
  .map(([text, lineEnd, bom]) => bom + (lineEnd ? text.replace(/\r\n?|\n/g, lineEnd) : text));

/** What a model may say: of what a text is made of, and of what stands around the hole. */
export type Saying =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'before' | 'after'; readonly from: number; readonly length: number }
  | { readonly kind: 'again'; readonly times: number };

const saying: fc.Arbitrary<Saying> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('text' as const), text: shortText }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('before' as const, 'after' as const),
      from: fc.nat(12),
      length: fc.integer({ min: 1, max: 24 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('again' as const),
      times: fc.integer({ min: 2, max: 6 }),
    }),
  },
);

export const sayings = fc.array(saying, { minLength: 1, maxLength: 6 });

/** The answer to a hole between two texts. No model writes half a surrogate pair: its bytes are UTF-8. */
export function answerOf(all: readonly Saying[], before: string, after: string): string {
  let answer = '';
  for (const each of all) {
    if (each.kind === 'text') answer += each.text;
    else if (each.kind === 'again') answer = answer.repeat(each.times).slice(0, 400);
    else if (each.kind === 'after') answer += after.slice(each.from, each.from + each.length);
    else answer += before.slice(-each.from - each.length, before.length - each.from);
  }
  return answer.replace(/\p{Surrogate}/gu, '\ufffd');
}

const MEGABYTE = 1 << 20;

/** A document with one line of about a megabyte, in the middle of others. */
export const longLine = fc.tuple(pieces(6), pieces(12), pieces(6)).map(([above, line, below]) => {
  const unit = `${line.replace(/[\r\n]/g, '')} x`;
  return `${above}\n${unit.repeat(Math.ceil(MEGABYTE / unit.length))}\n${below}`;
});
