import assert from 'node:assert/strict';
import { codeBlocksOf, fileNamedBy } from '../../../server/chat/code-blocks.js';
import { elision } from '../../../server/refactor/block-parts.js';

describe('code blocks of an answer', () => {
  it('have what stands behind their fence and in front of them', () => {
    const answer =
      'Text.\r\n\r\nIn `a.ts`:\r\n\r\n```ts title=a.ts\r\nlet a;\r\n```\r\n\r\n~~~\nopen';
    assert.deepEqual(codeBlocksOf(answer), [
      { info: 'ts title=a.ts', code: 'let a;', before: 'In `a.ts`:' },
      { info: '', code: 'open', before: '```' },
    ]);
  });

  const named: readonly (readonly [string, string, string, string | undefined])[] = [
    ['ts src/a.ts', '', '', 'src/a.ts'],
    ['ts:src/a.ts', '', '', 'src/a.ts'],
    ['ts title="src/my-file.test.ts"', '', '', 'src/my-file.test.ts'],
    ['python file=app/main.py', '', '', 'app/main.py'],
    ['', '', '**src/a.ts**', 'src/a.ts'],
    ['', '', 'Change `src/a.ts`:', 'src/a.ts'],
    ['', '', '### src/a.ts', 'src/a.ts'],
    ['', '// src/a.ts\nlet a;', '', 'src/a.ts'],
    ['', '# app.py\nx = 1', '', 'app.py'],
    ['ts', '// See the list.\nlet a;', 'Do this:', undefined],
    ['ts', 'let a;', 'Use v1.2:', undefined],
    ['ts {1,3}', '', 'It ends here.', undefined],
    ['c++', '#include <a.h>', '', undefined],
  ];
  for (const [info, code, before, file] of named)
    it(`${JSON.stringify([info, code, before])} name ${file ?? 'no file'}`, () => {
      assert.equal(fileNamedBy({ info, code, before }), file);
    });

  const elided: readonly (readonly [string, boolean])[] = [
    ['f() {\n  // ...\n}', true],
    ['  # ... existing code ...', true],
    ['/* … */', true],
    ['{/* rest of the component */}', false],
    ['// rest of the code', true],
    ['// other methods stay', true],
    ['// unchanged imports', true],
    ['// remaining items are sorted', false],
    ['const rest = [...list];', false],
    ['return f(...args);', false],
    ['// Sorts the list.', false],
    ['"# ..."', false],
  ];
  for (const [code, leaves] of elided)
    it(`${JSON.stringify(code)} ${leaves ? 'leave something out' : 'are whole'}`, () => {
      assert.equal(elision(code) !== undefined, leaves);
    });

  it('are found in any answer, in no time', () => {
    for (const text of [
      '```'.repeat(5000),
      '`'.repeat(50_000),
      '- '.repeat(3000),
      'a.'.repeat(30_000),
    ])
      for (const block of codeBlocksOf(text)) fileNamedBy(block);
    const block = {
      info: 'a/'.repeat(20_000),
      code: `// ${'a.'.repeat(20_000)}`,
      before: 'a.b/'.repeat(20_000),
    };
    assert.equal(fileNamedBy(block), undefined);
  });
});
