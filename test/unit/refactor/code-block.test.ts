import assert from 'node:assert/strict';
import { CodeBlockReader, fenceFor } from '../../../server/refactor/code-block.js';
import { plainMessage, withinBudget } from '../../../server/refactor/commit-message.js';
import { namesIn } from '../../../server/refactor/suggest-names.js';

/** What is read of an answer that comes in pieces of a length. */
function read(answer: string, length = answer.length): string | undefined {
  const reader = new CodeBlockReader();
  for (let at = 0; at < answer.length && !reader.done; at += Math.max(1, length))
    reader.push(answer.slice(at, at + Math.max(1, length)));
  return reader.finish((text) => text.includes(';'));
}

describe('the code block of an answer', () => {
  const cases: Readonly<Record<string, readonly [string, string | undefined]>> = {
    'is what stands between the fences': ['Here:\n```ts\na;\n\nb;\n```\nDone.', 'a;\n\nb;'],
    'is the first of several': ['```\na;\n```\n```\nb;\n```', 'a;'],
    'may be opened twice, by who asked and by who answers': ['```ts\n```ts\na;\n```', 'a;'],
    'may hold shorter fences, and fences behind something': [
      '````md\n```\na\n```\n * ```ts\n````',
      '```\na\n```\n * ```ts',
    ],
    'may be fenced by tildes': ['~~~\na;\n~~~', 'a;'],
    'may be indented in a list': ['1. So:\n   ```\n   a;\n   ```', '   a;'],
    'has LF line ends': ['```\r\na;\r\nb;\r\n```\r\n', 'a;\nb;'],
    'may lack its end': ['```\na;\nb', 'a;\nb'],
    'is the whole answer where that is code': ['a;\n', 'a;'],
    'is none where the answer is a sentence': ['I cannot do that', undefined],
    'is no code within a sentence': ['Say ```a``` once', undefined],
    'may be empty': ['```\n```', ''],
  };
  for (const [name, [answer, expected]] of Object.entries(cases))
    it(`${name}, however it comes`, () => {
      for (const length of [1, 2, 5, answer.length]) assert.equal(read(answer, length), expected);
    });

  it('is fenced by more backticks than stand in it', () => {
    assert.equal(fenceFor('a'), '```');
    assert.equal(fenceFor('a', '````\n'), '`````');
  });
});

describe('what models put around a short answer', () => {
  it('is taken from a commit message', () => {
    for (const answer of [
      'Mend it',
      '"Mend it"',
      '`Mend it`',
      'Sure:\n```\nMend it\n```\nGood?',
      '```text\nMend it\n```',
    ])
      assert.equal(plainMessage(answer), 'Mend it');
    assert.equal(plainMessage('Say "no" in "a"'), 'Say "no" in "a"');
  });

  it('is taken from names', () => {
    assert.deepEqual(
      namesIn(
        'Sure, these:\n1. `area`\n2) **größe** – size\n- size\n* size\nrun_2: it runs\nnot a name\n',
      ),
      ['Sure', 'area', 'größe', 'size', 'run_2'],
    );
  });
});

describe('the diffs of a commit', () => {
  const countTokens = (text: string) => text.length;

  it('are all shown where they fit', () => {
    assert.equal(withinBudget(['a\n', 'b\n'], 100, countTokens), 'a\n\nb\n');
  });

  it('have each a share where they do not, and leave what they do not need', () => {
    const long = 'line\n'.repeat(100);
    const shown = withinBudget([long, 'short'], 55, countTokens);
    assert.ok(shown.endsWith('short'));
    assert.match(shown, /^(?:line\n){9}\[…\]\n|^(?:line\n){8,9}line\n\[…\]\n/);
  });
});
