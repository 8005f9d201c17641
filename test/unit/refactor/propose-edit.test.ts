import assert from 'node:assert/strict';
import type { EditKind } from '../../../protocol/index.js';
import { openParsed, UNHURRIED_MS } from '../../../server/context/syntax/parsed-document.js';
import { SyntaxService } from '../../../server/context/syntax/syntax-service.js';
import type { EditDraft } from '../../../server/refactor/draft.js';
import type { EditRequest } from '../../../server/refactor/edit-request.js';
import { proposeEdit } from '../../../server/refactor/propose-edit.js';
import { chatScript } from '../../support/chat-script.js';
import { openGate } from '../../support/open-gate.js';
import { planText, type ScriptedEngine } from '../../support/scripted-engine.js';
import { selectedText } from '../../support/selection.js';
import { grammars } from '../context/syntax/grammar-fixtures.js';
import { madeUpSecrets } from '../provenance/made-up-secrets.js';

interface Asked extends Partial<Omit<EditRequest, 'document' | 'range' | 'kind'>> {
  readonly languageId?: string;
  readonly onProgress?: (range: { start: number; end: number }, text: string) => void;
}

const never = new AbortController().signal;

async function propose(engine: ScriptedEngine, kind: EditKind, marked: string, asked: Asked = {}) {
  const { languageId, onProgress, ...rest } = asked;
  const { document, range } = selectedText(marked, languageId);
  const syntax = new SyntaxService(grammars);
  await openParsed(syntax, document);
  try {
    return await proposeEdit(
      { document, range, kind, ...rest },
      { engine, gate: openGate, syntax, parseMs: UNHURRIED_MS, ...(onProgress && { onProgress }) },
      never,
    );
  } finally {
    syntax.dispose();
  }
}

/** The document with the draft in it. */
function applied(marked: string, draft: EditDraft | undefined): string {
  const { text } = selectedText(marked);
  assert(draft);
  assert.equal(text.slice(draft.start, draft.end), draft.oldText);
  return text.slice(0, draft.start) + draft.newText + text.slice(draft.end);
}

const block = (code: string) => `\`\`\`\n${code}\n\`\`\`\n`;

describe('an edit that a model proposes', () => {
  it('replaces the selected statements by the model’s, indented as they were', async () => {
    const marked = 'class A {\n  f() {\n    █let a = 1;\n    a++;█\n    return a;\n  }\n}\n';
    const engine = chatScript(block('let a = 2;'));
    const { draft } = await propose(engine, 'rewrite', marked, { instruction: 'In one go.' });
    assert.equal(
      applied(marked, draft),
      'class A {\n  f() {\n    let a = 2;\n    return a;\n  }\n}\n',
    );
    assert.equal(draft?.attempts, 1);
    assert.equal(draft.parsed, true);
    const prompt = planText(engine.requests[0]!.plan);
    assert.match(prompt, /In one go\./);
    assert.match(prompt, /\nlet a = 1;\na\+\+;\n/);
    assert.deepEqual(engine.requests[0]!.options.draftSources, ['let a = 1;\na++;']);
  });

  it('asks once more with the error where the text does not parse', async () => {
    const marked = 'function f() {\n  █return 1;\n}\n';
    const engine = chatScript([
      block('function f() {\n  return (2;\n}'),
      block('function f() {\n  return 2;\n}'),
    ]);
    const { draft } = await propose(engine, 'simplify', marked);
    assert.equal(applied(marked, draft), 'function f() {\n  return 2;\n}\n');
    assert.equal(draft?.attempts, 2);
    assert.match(planText(engine.requests[1]!.plan), /does not parse: .*line 2.*`return \(2;`/);
  });

  it('is refused with the reason where it does not parse the second time either', async () => {
    const engine = chatScript(block('function f( {'));
    const { draft, refusal } = await propose(engine, 'simplify', 'function f() {█}\n');
    assert(!draft);
    assert.match(refusal.message, /does not parse/);
    assert.equal(engine.requests.length, 2);
  });

  it('is refused where nothing would change', async () => {
    const engine = chatScript(block('function f() {}'));
    const { refusal } = await propose(engine, 'simplify', 'function f() {█}\n');
    assert(refusal);
    assert.equal(refusal.message, 'The model changed nothing.');
  });

  it('keeps CRLF, tabs and every byte around what is replaced', async () => {
    const marked =
      '\uFEFFa( );\r\nfunction f() {\r\n\tif (█x) {\r\n\t\ty("😀漢字");\r\n\t}\r\n}\r\nb( );  \r\n';
    const { draft } = await propose(
      chatScript(block('function f() {\n    if (x) y("😀漢字!");\n}')),
      'simplify',
      marked,
    );
    assert.equal(
      applied(marked, draft),
      '\uFEFFa( );\r\nfunction f() {\r\n\tif (x) y("😀漢字!");\r\n}\r\nb( );  \r\n',
    );
  });

  it('is written into a blank line with the indentation that belongs there', async () => {
    const marked = 'def f():\n    █\n';
    const { draft } = await propose(chatScript(block('x = 1\nreturn x')), 'rewrite', marked, {
      languageId: 'python',
      instruction: 'Return one.',
    });
    assert.equal(applied(marked, draft), 'def f():\n    x = 1\n    return x\n');
  });

  it('may not change code where only comments are asked for', async () => {
    const marked = '/** Old. */\nexport function f█(a: number) {\n  return a;\n}\n';
    const engine = chatScript([
      block('/** New. */\nexport function f(a: number) {\n  return a + 1;\n}'),
      block('/** New. */\nexport function f(a: number) {\n  return a;\n}'),
    ]);
    const { draft } = await propose(engine, 'document', marked);
    assert.equal(draft?.attempts, 2);
    assert.equal(draft.title, 'Document f');
    assert.equal(
      applied(marked, draft),
      '/** New. */\nexport function f(a: number) {\n  return a;\n}\n',
    );
    assert.match(planText(engine.requests[1]!.plan), /changes code/);
  });

  it('streams what there is of it, whole lines in their place', async () => {
    const seen: string[] = [];
    await propose(
      chatScript(block('function f() {\n  a();\n}')),
      'simplify',
      '{\n  function f() {█}\n}\n',
      {
        onProgress: (_, text) => seen.push(text),
      },
    );
    assert.deepEqual(seen, [
      '  function f() {\n',
      '  function f() {\n    a();\n',
      '  function f() {\n    a();\n  }\n',
    ]);
  });

  it('hides a secret from the model and puts it back, and is refused where there are several', async () => {
    const secret = madeUpSecrets['GitHub token']!;
    const marked = `function f() {█\n  return send('${secret}');\n}\n`;
    const engine = chatScript(block("const f = () => send('[redacted]');"));
    const { draft } = await propose(engine, 'simplify', marked);
    assert.equal(applied(marked, draft), `const f = () => send('${secret}');\n`);
    assert.doesNotMatch(planText(engine.requests[0]!.plan), new RegExp(secret));
    const several = `function f() {█\n  a('${secret}');\n  b('${secret}');\n}\n`;
    const { refusal } = await propose(engine, 'simplify', several);
    assert.match(String(refusal?.message), /look like secrets/);
    assert.equal(engine.requests.length, 1);
  });
});
