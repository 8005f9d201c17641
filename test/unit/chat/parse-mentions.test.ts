import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mentionOf, parseMentions } from '../../../server/chat/mentions/parse-mentions.js';

const cases: readonly (readonly [string, readonly string[]])[] = [
  ['What does @file:src/main.ts do?', ['file src/main.ts']],
  ['See @file:src/main.ts.', ['file src/main.ts']],
  ['(@file:a.ts), @symbol:List.sort!', ['file a.ts', 'symbol List.sort']],
  ['@file:"my notes.md" and @file:"a.ts"#L3-L5', ['file my notes.md', 'file a.ts 2–4']],
  ['@file:a.ts#L10-L20, @file:a.ts#L7', ['file a.ts 9–19', 'file a.ts 6–6']],
  ['@file:a.ts#L9-L2', ['file a.ts 8–8']],
  ['@selection @problems @diff @repo', ['selection', 'problems', 'diff', 'repo']],
  ['Why @selection? @diff: @repository @diffs', ['selection']],
  ['@repo @repo @repo', ['repo']],
  ['a@repo mail@file:x', []],
  ['`@repo` and ``a ` @diff``', []],
  ['```ts\n@file:a.ts\n```\n@repo', ['repo']],
  ['~~~\n@file:a.ts\n```\n@diff', []],
  ['an open ` @repo', ['repo']],
  ['@file: @symbol:', []],
  ['@file:', []],
  ['@file:日本語/ファイル.ts と @symbol:größe', ['file 日本語/ファイル.ts', 'symbol größe']],
  ['@file:src\\main.ts\r\n@repo', ['file src\\main.ts', 'repo']],
  ['@symbol:operator==', ['symbol operator==']],
];

describe('mentions of a question', () => {
  for (const [question, wanted] of cases)
    it(`${JSON.stringify(question)} are ${wanted.join(', ') || 'none'}`, () => {
      const found = parseMentions(question).map(({ kind, name, lines }) =>
        [kind, name, lines && `${lines.first}–${lines.last}`].filter(Boolean).join(' '),
      );
      assert.deepEqual(found, wanted);
    });

  it('are found again as they stand there', () => {
    for (const [question] of cases)
      for (const { text } of parseMentions(question)) {
        assert.ok(question.includes(text), text);
        assert.equal(parseMentions(text)[0]?.text, text);
      }
  });

  it('of any name say that name', () => {
    const names = fc.stringMatching(/^[^"`\r\n]*[^"`\s]$/).filter((name) => name.trim() === name);
    fc.assert(
      fc.property(names, (name) => {
        const [mention] = parseMentions(`See ${mentionOf('file', name)}, please.`);
        assert.deepEqual([mention?.kind, mention?.name], ['file', name]);
      }),
    );
  });

  it('are found in any text, in a time that grows with its length alone', () => {
    for (const text of [
      '`'.repeat(50_000),
      '@file:'.repeat(10_000),
      '``` '.repeat(20_000),
      '~~~\n'.repeat(20_000),
    ])
      assert.ok(parseMentions(text).length < 2);
  });
});
