import assert from 'node:assert/strict';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { parseFileRange, rangeIn } from '../../../server/cli/file-range.js';
import { patchLines } from '../../../server/refactor/patch.js';

const text = 'first\n  second 😀\nthird';
const document = TextDocument.create('file:///a.ts', 'typescript', 1, text);

function meant(argument: string): string | undefined {
  const range = parseFileRange(argument);
  if (!range) return undefined;
  const { start, end } = rangeIn(document, range);
  return `${text.slice(0, start)}[${text.slice(start, end)}]${text.slice(end)}`;
}

describe('a range of a file on the command line', () => {
  const cases: Readonly<Record<string, string>> = {
    'a.ts:2': 'first\n  []second 😀\nthird',
    'a.ts:2:5': 'first\n  se[]cond 😀\nthird',
    'a.ts:1-2': '[first\n  second 😀]\nthird',
    'C:\\a.ts:1-3': '[first\n  second 😀\nthird]',
    'a.ts:1:2-2:4': 'f[irst\n  s]econd 😀\nthird',
    'a.ts:2:4-1:2': 'f[irst\n  s]econd 😀\nthird',
  };
  for (const [argument, expected] of Object.entries(cases))
    it(`means the same to everybody: ${argument}`, () => {
      assert.equal(meant(argument), expected);
    });

  it('is nothing else', () => {
    for (const argument of ['a.ts', 'a.ts:', 'a.ts:x', ':2', 'a.ts:1-'])
      assert.equal(meant(argument), undefined, argument);
  });

  it('is said to be outside where it is', () => {
    for (const argument of ['a.ts:4', 'a.ts:1-4', 'a.ts:1:7', 'a.ts:0'])
      assert.throws(() => meant(argument), /is outside/, argument);
  });
});

describe('a patch', () => {
  it('is what `patch` reads, new files among it', () => {
    const of = (before: string, after: string) =>
      patchLines('a.ts', before, after).map(({ kind, text: line }) => `${kind} ${line}`);
    assert.deepEqual(of('a\nb\n', 'a\nc\n'), [
      'file --- a.ts',
      'file +++ a.ts',
      'place @@ -1,2 +1,2 @@',
      'same  a',
      'removed -b',
      'added +c',
    ]);
    assert.deepEqual(of('', 'a\n'), [
      'file --- /dev/null',
      'file +++ a.ts',
      'place @@ -0,0 +1,1 @@',
      'added +a',
    ]);
    assert.equal(of('a', 'b').at(-1), 'note \\ No newline at end of file');
    assert.deepEqual(of('a', 'a'), []);
  });
});
