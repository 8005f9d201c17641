import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createParser } from '../../../client/chat/page/markdown/parser.js';
import {
  closesFence,
  mayBecomeFence,
  opensFence,
  settledLength,
} from '../../../client/chat/page/markdown/settled.js';
import { mentionAt, questionParts } from '../../../client/chat/page/mention-text.js';

describe('the text of the chat page', () => {
  const parser = createParser();

  describe('Markdown that grows', () => {
    const settled = (text: string) => text.slice(0, settledLength(parser, text));

    it('is settled up to the last block that has begun', () => {
      assert.equal(settled('one\n\ntwo'), '');
      assert.equal(settled('one\n\ntwo\n'), 'one\n\n');
      assert.equal(settled('one\n\n```ts\ncode\n'), 'one\n\n');
      assert.equal(settled('- a\n- b\n'), '');
      assert.equal(settled('one\n---\n'), '');
      assert.equal(settled(''), '');
    });

    it('gives in parts what it gives as a whole', () => {
      const line = fc.constantFrom(
        ...['', '', 'word', '# head', '## part', '- item', '  more', '1. one', '> quote', '---'],
        ...[
          '| a | b |',
          '|---|---|',
          '    code',
          '```js',
          '```',
          '~~~',
          '\\# no',
          '*x* `y`',
          '===',
        ],
      );
      const render = (text: string, environment: Record<string, unknown>) =>
        parser.render(text, environment);
      fc.assert(
        fc.property(fc.array(line, { maxLength: 40, size: 'max' }), fc.nat(12), (lines, step) => {
          const text = lines.join('\n');
          const environment = {};
          let html = '';
          let done = 0;
          for (let end = 0; end <= text.length; end += step + 1) {
            const length = settledLength(parser, text.slice(done, end));
            html += render(text.slice(done, done + length), environment);
            done += length;
          }
          assert.equal(html + render(text.slice(done), environment), render(text, {}));
        }),
        { numRuns: 300 },
      );
    });

    it('is cut where a block grows without an end', () => {
      const long = 'a line of a list that never ends\n'.repeat(2000);
      assert.equal(settledLength(parser, `- ${long}`), long.length + 2);
      assert.equal(settledLength(parser, `\`\`\`\n${long}`), 0);
    });

    it('knows where a fence begins and ends', () => {
      assert.deepEqual(opensFence('  ```ts a.ts\ncode'), {
        ...{ marker: '```', indent: 2, info: 'ts a.ts', length: 13 },
      });
      for (const none of ['```ts', '``\n', '``` a`b\n', '    ```\n', 'x ```\n'])
        assert.equal(opensFence(none), undefined, none);
      const fence = opensFence('~~~~\n');
      assert.ok(fence);
      assert.ok(closesFence(fence, '~~~~~  '));
      for (const none of ['~~~', '````', '~~~~ x', '    ~~~~'])
        assert.ok(!closesFence(fence, none), none);
    });

    it('does not show what may become a fence', () => {
      for (const line of ['`', '``', '```', '```ts', ' ~~', '~~~~ x'])
        assert.ok(mayBecomeFence(line));
      for (const line of ['', 'a`', '`code`', '~~gone~~']) assert.ok(!mayBecomeFence(line), line);
    });
  });

  describe('headings of an answer', () => {
    it('stand below those of the page, and leave no level out', () => {
      const levels = [...parser.render('## a\n\n#### b\n\n# c\n\n###### d\n').matchAll(/<h(\d)>/g)];
      assert.deepEqual(
        levels.map(([, level]) => level),
        ['3', '4', '3', '4'],
      );
    });
  });

  describe('mentions', () => {
    it('are found in a question', () => {
      const found = (question: string) =>
        questionParts(question)
          .filter(({ mention }) => mention)
          .map(({ text }) => text);
      assert.deepEqual(found('Why does @file:src/a.ts use @symbol:run, see @diff'), [
        ...['@file:src/a.ts', '@symbol:run,', '@diff'],
      ]);
      assert.deepEqual(found('@file:"a b.ts" (@selection) @repository me@repo.org @diffs'), [
        ...['@file:"a b.ts"', '@selection'],
      ]);
    });

    it('lose no character of a question', () => {
      fc.assert(
        fc.property(fc.string({ unit: 'grapheme' }), (text) => {
          const question = text.replaceAll('a', ' @diff ');
          assert.equal(
            questionParts(question)
              .map((part) => part.text)
              .join(''),
            question,
          );
        }),
      );
    });

    it('are completed where an @ begins a word before the cursor', () => {
      assert.deepEqual(mentionAt('see @fi', 7), { start: 4, query: 'fi' });
      assert.deepEqual(mentionAt('@', 1), { start: 0, query: '' });
      assert.deepEqual(mentionAt('(@file:a.ts more', 11), { start: 1, query: 'file:a.ts' });
      assert.equal(mentionAt('me@repo', 7), undefined);
      assert.equal(mentionAt('see @fi now', 11), undefined);
    });
  });
});
