import assert from 'node:assert/strict';
import type { Completion } from '../../../server/completion/completion.js';
import { completionItem } from '../../../server/lsp/completion-item.js';
import { documentOf } from '../../support/cursor.js';

function itemAt(marked: string, text: string, replaced = 0) {
  const [document, offset] = documentOf(marked);
  const start = document.positionAt(offset);
  const end = { ...start, character: start.character + replaced };
  const completion = { text, range: { start, end } } as Completion;
  return completionItem(document, completion);
}

describe('completion item', () => {
  it('begins with the word before the cursor, so that no client drops it', () => {
    const item = itemAt('  foo.ba█', 'r();');
    assert.equal(item.filterText, 'bar();');
    assert.equal(item.insertText, 'bar();');
    assert.deepEqual(item.textEdit, {
      newText: 'bar();',
      range: { start: { line: 0, character: 6 }, end: { line: 0, character: 8 } },
    });
  });

  it('is a plain insertion where no word has begun', () => {
    const cursor = { line: 0, character: 4 };
    const { textEdit } = itemAt('a = █', 'b');
    assert.deepEqual(textEdit, { newText: 'b', range: { start: cursor, end: cursor } });
  });

  it('takes closing brackets with it that the text replaces', () => {
    const { textEdit } = itemAt('f(█)', 'x);', 1);
    assert.deepEqual(textEdit, {
      newText: 'x);',
      range: { start: { line: 0, character: 2 }, end: { line: 0, character: 3 } },
    });
  });

  it('counts a word in UTF-16 units', () => {
    const { textEdit } = itemAt('𝒳y█', 'z');
    assert.deepEqual(textEdit, {
      newText: '𝒳yz',
      range: { start: { line: 0, character: 0 }, end: { line: 0, character: 3 } },
    });
  });

  it('shows several lines in its documentation, fenced safely', () => {
    const { label, documentation } = itemAt('█', 'a();\n```\nb();');
    assert.equal(label, 'a(); …');
    assert.deepEqual(documentation, {
      kind: 'markdown',
      value: '````typescript\na();\n```\nb();\n````',
    });
    assert.equal(itemAt('█', 'a();').documentation, undefined);
  });
});
