import assert from 'node:assert/strict';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { CliError } from '../../../server/cli/cli-error.js';
import { offsetOf, parseLocation } from '../../../server/cli/location.js';

describe('location', () => {
  it('reads FILE:LINE:COL, whatever the name of the file', () => {
    assert.deepEqual(parseLocation('src/a.ts:12:5'), { file: 'src/a.ts', line: 12, column: 5 });
    assert.deepEqual(parseLocation('C:\\a.ts:1:2'), { file: 'C:\\a.ts', line: 1, column: 2 });
    assert.deepEqual(parseLocation('a:1:2:3:4'), { file: 'a:1:2', line: 3, column: 4 });
  });

  for (const text of ['a.ts', 'a.ts:1', ':1:2', 'a.ts:1:', 'a.ts:-1:2', 'a.ts:1:2x', '']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.equal(parseLocation(text), undefined);
    });
  }

  const document = TextDocument.create('file:///a.ts', 'typescript', 1, '"😀"\r\nb\r\n');
  const offset = (line: number, column: number) =>
    offsetOf(document, { file: 'a.ts', line, column });

  it('counts lines and columns from 1, columns in UTF-16 units', () => {
    assert.equal(offset(1, 1), 0);
    assert.equal(offset(1, 4), 3);
    assert.equal(offset(2, 2), 7);
    assert.equal(offset(3, 1), 9);
  });

  it('ends a line before its CR', () => {
    assert.equal(offset(1, 5), 4);
    assert.throws(
      () => offset(1, 6),
      /column 6 is outside line 1 of a\.ts, whose last column is 5/,
    );
  });

  it('says how many lines there are where the line is outside', () => {
    assert.throws(
      () => offset(4, 1),
      (error) =>
        error instanceof CliError &&
        error.message === 'line 4 is outside a.ts, which has 3 lines' &&
        error.remedy === 'Give a line from 1 to 3.',
    );
    assert.throws(() => offset(0, 1), CliError);
    assert.throws(() => offset(1, 0), CliError);
  });
});
