import assert from 'node:assert/strict';
import { openParsed, UNHURRIED_MS } from '../../../server/context/syntax/parsed-document.js';
import { SyntaxService } from '../../../server/context/syntax/syntax-service.js';
import { placeBlock } from '../../../server/refactor/place-block.js';
import { selectedText } from '../../support/selection.js';
import { grammars } from '../context/syntax/grammar-fixtures.js';

async function place(marked: string, block: string, languageId = 'typescript') {
  const { document, text, range } = selectedText(marked, languageId);
  const syntax = new SyntaxService(grammars);
  await openParsed(syntax, document);
  try {
    const support = { syntax, parseMs: UNHURRIED_MS, model: 'Scripted' };
    const { draft, refusal } = await placeBlock(
      document,
      block,
      range,
      support,
      new AbortController().signal,
    );
    return draft ? text.slice(0, draft.start) + draft.newText + text.slice(draft.end) : refusal;
  } finally {
    syntax.dispose();
  }
}

describe('a code block of a conversation', () => {
  it('takes the place of the definition that it defines anew, wherever the cursor is', async () => {
    assert.equal(
      await place(
        'a();\n\n  function f() {\n    old();\n  }\n\nb();█\n',
        'function f() {\n  fresh();\n}',
      ),
      'a();\n\n  function f() {\n    fresh();\n  }\n\nb();\n',
    );
  });

  it('takes the place of a method, indented as that', async () => {
    assert.equal(
      await place(
        'class A:\n    def f(self):\n        return 1\n█',
        'def f(self):\n    return 2\n',
        'python',
      ),
      'class A:\n    def f(self):\n        return 2\n',
    );
  });

  it('takes the place of what is selected', async () => {
    assert.equal(await place('a();\n█b();█\nc();\n', 'x();\ny();'), 'a();\nx();\ny();\nc();\n');
  });

  it('goes into a blank line, or behind the statement that the cursor is in', async () => {
    assert.equal(await place('{\n  a();\n  █\n}\n', 'x();'), '{\n  a();\n  x();\n}\n');
    assert.equal(await place('{\n  a(█);\n}\n', 'x();'), '{\n  a();\n  x();\n}\n');
    assert.equal(await place('a();█', 'x();'), 'a();\nx();');
  });

  it('is refused where it does not parse', async () => {
    const refusal = await place('a();\n█b();█\n', 'x(;');
    assert(typeof refusal === 'object');
    assert.match(refusal.message, /does not parse/);
  });

  it('is refused where nothing would change', async () => {
    const refusal = await place('█function f() {}\n', 'function f() {}');
    assert(typeof refusal === 'object');
    assert.match(refusal.message, /already/);
  });
});
