import assert from 'node:assert/strict';
import type { Conversation, Turn } from '../../../protocol/chat.js';
import { exportMarkdown, openFence } from '../../../server/chat/export-markdown.js';

const turn: Turn = {
  ...{ id: 'a', asked: 0, question: 'Why?', answer: 'So.', state: 'complete', sources: [] },
};
const conversation = (...turns: Turn[]): Conversation => ({
  ...{ id: 'c', title: 'Sorting', created: Date.UTC(2026, 0, 2, 3, 4, 5), changed: 0, pinned: [] },
  turns,
});

describe('conversations as Markdown', () => {
  it('are a document of questions, sources and answers', () => {
    const markdown = exportMarkdown(
      conversation(
        {
          ...turn,
          model: 'Some Model',
          reasoning: 'Hm.',
          sources: [
            {
              label: 'src/a.ts',
              mention: '@file:src/a.ts',
              tokens: 9,
              lines: { first: 0, last: 4 },
            },
            { label: 'x', mention: '@file:`x', tokens: 0, note: 'There is no such file.' },
          ],
        },
        { ...turn, answer: '', state: 'stopped' },
      ),
    );
    assert.equal(
      markdown,
      [
        '# Sorting\n\n*Begun 2026-01-02 03:04 UTC, 2 questions.*\n\n## Question 1\n\nWhy?\n',
        '- `@file:src/a.ts`: src/a.ts, lines 1–5',
        '- `` @file:`x ``: x (There is no such file.)\n',
        '### Answer of Some Model\n\n<details><summary>Reasoning</summary>\n\nHm.\n\n</details>\n\nSo.\n',
        '## Question 2\n\nWhy?\n\n### Answer\n\n*Stopped.*\n',
      ].join('\n'),
    );
  });

  it('close a block that an answer leaves open, so that what follows stays outside', () => {
    const markdown = exportMarkdown(
      conversation({ ...turn, answer: '````ts\nlet a;\n```', state: 'cut' }, turn),
    );
    assert.match(markdown, /````ts\nlet a;\n```\n````\n\n\*Cut where the limit was reached\.\*/);
  });

  it('say why an answer failed, in one line', () => {
    const error = { message: 'No\nmodel.', remedy: 'Choose one.' };
    const markdown = exportMarkdown(conversation({ ...turn, state: 'failed', answer: '', error }));
    assert.match(markdown, /\*Failed: No model\. Choose one\.\*\n$/);
  });

  const fences: readonly (readonly [string, string | undefined])[] = [
    ['text', undefined],
    ['```\na', '```'],
    ['```\na\n```', undefined],
    ['~~~~\n~~~\n```', '~~~~'],
    ['``` a `b`', undefined],
    ['   ```js\r\na\r\n```` ', undefined],
    ['    ```', undefined],
    ['```a\n```b\n', '```'],
  ];
  for (const [markdown, fence] of fences)
    it(`find ${JSON.stringify(markdown)} ${fence === undefined ? 'closed' : 'open'}`, () => {
      assert.equal(openFence(markdown), fence);
    });
});
