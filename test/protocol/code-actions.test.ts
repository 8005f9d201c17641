import assert from 'node:assert/strict';
import type {
  ClientCapabilities,
  CodeAction,
  Diagnostic,
  TextDocumentEdit,
} from 'vscode-languageserver/node';
import type { CodeActionData } from '../../protocol/index.js';
import type { Engine } from '../../server/engine/contract.js';
import { chatScript } from '../support/chat-script.js';
import { ScriptedEngine } from '../support/scripted-engine.js';
import { EditingClient, editingCapabilities } from './editing-client.js';
import { serverUnderTest } from './in-process.js';

const uri = 'untitled:area.ts';
const source = `function area(w: number, h: number) {
  const result = w * h;
  return result;
}

function later(): number {
  throw new Error('not implemented');
}

// TODO: print the area
area(1, 2);
`;
const simpler = '```ts\nfunction area(w: number, h: number) {\n  return w * h;\n}\n```\n';

/** What Emacs 28 says of itself: it knows no resolving. */
const withoutResolve: ClientCapabilities = {
  workspace: { applyEdit: true },
  textDocument: {
    codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: [] } } },
  },
};

describe('code actions', () => {
  const tested = serverUnderTest();
  afterEach(() => tested.dispose());

  async function start(engine: Engine, capabilities = editingCapabilities) {
    const { client } = tested.start(engine);
    const editor = new EditingClient(client);
    const { capabilities: server } = await client.initialize({ capabilities });
    await editor.open(uri, 'typescript', source);
    await client.status(({ message }) => /ready|only|cannot/.test(message), 'the model');
    const actions = (
      part: string,
      { only, diagnostics = [], triggerKind = 1 }: Asked = {},
      cursor = false,
    ) => {
      const range = editor.rangeOf(part);
      return client.request<CodeAction[]>('textDocument/codeAction', {
        textDocument: { uri },
        range: cursor ? { start: range.start, end: range.start } : range,
        context: { diagnostics, triggerKind, ...(only && { only }) },
      });
    };
    const resolve = (action: CodeAction) =>
      client.request<CodeAction>('codeAction/resolve', action);
    return { client, editor, server, actions, resolve };
  }
  interface Asked {
    readonly only?: string[];
    readonly diagnostics?: Diagnostic[];
    readonly triggerKind?: 1 | 2;
  }
  const titles = (actions: readonly CodeAction[]) => actions.map(({ title }) => title);

  it('are those that make sense at a place', async () => {
    const { actions, server } = await start(chatScript(simpler));
    assert.deepEqual(titles(await actions('area(w', {}, true)), [
      'Simplify area',
      'Add types to area',
      'Document area',
      'Write tests for area',
      'Explain this code',
    ]);
    assert.deepEqual(titles(await actions('later', {}, true)), [
      'Implement later',
      'Add types to later',
      'Document later',
      'Explain this code',
    ]);
    assert.ok(
      titles(await actions('const result = w * h;')).includes('Extract function from area'),
    );
    assert.equal(titles(await actions('TODO', {}, true))[0], 'Do: print the area');
    assert.deepEqual(await actions('\n// TODO', {}, true), []);
    assert.deepEqual(server.codeActionProvider, {
      codeActionKinds: [
        'refactor.rewrite',
        'refactor.rewrite.simplify',
        'refactor.rewrite.types',
        'refactor.rewrite.document',
        'refactor.rewrite.implement',
        'refactor.extract.function',
        'refactor.tests',
        'quickfix',
        'refactor.explain',
      ],
      resolveProvider: true,
    });
  });

  it('are of the kinds that are asked for, and tagged as a model’s', async () => {
    const { actions } = await start(chatScript(simpler));
    const found = await actions('area(w', { only: ['refactor.rewrite'] }, true);
    assert.deepEqual(
      found.map(({ kind, tags }) => [kind, tags]),
      ['simplify', 'types', 'document'].map((kind) => [`refactor.rewrite.${kind}`, [1]]),
    );
  });

  it('fix what a diagnostic says', async () => {
    const { editor, actions } = await start(chatScript(simpler));
    const diagnostic = { range: editor.rangeOf('result;\n}'), message: 'It is wrong.\nVery.' };
    const [fix] = await actions('const result', { diagnostics: [diagnostic] });
    assert.equal(fix?.title, 'Fix with the model: It is wrong.');
    assert.equal(fix.kind, 'quickfix');
    assert.deepEqual(fix.diagnostics, [diagnostic]);
    assert.equal((fix.data as CodeActionData).propose.diagnostic, diagnostic.message);
  });

  it('ask the model when they are resolved, and come with a versioned edit', async () => {
    const engine = chatScript(simpler);
    const { actions, resolve } = await start(engine);
    const [simplify] = await actions('area(w', {}, true);
    assert.equal(engine.requests.length, 0);
    const { edit } = await resolve(simplify!);
    const [change] = edit?.documentChanges as TextDocumentEdit[];
    assert.equal(change?.textDocument.version, 1);
    assert.equal(change.edits.length, 1);
    assert(edit?.changeAnnotations);
  });

  it('that cannot be made say why, and are not applied', async () => {
    const { editor, client, actions, resolve } = await start(
      chatScript('```\nfunction area( {\n```'),
    );
    const [simplify] = await actions('area(w', {}, true);
    const resolved = await resolve(simplify!);
    assert.equal(resolved.edit, undefined);
    assert.match(resolved.disabled?.reason ?? '', /does not parse/);
    await client.until(() => editor.messages[0], 'a message');
    assert.match(editor.messages[0]!, /^Lacuna: .*does not parse/);
  });

  it('of a document that moved on are not made', async () => {
    const engine = chatScript(simpler);
    const { editor, actions, resolve } = await start(engine);
    const [simplify] = await actions('area(w', {}, true);
    await editor.change([{ range: editor.rangeOf('// TODO'), newText: '// DONE' }]);
    assert.match((await resolve(simplify!)).disabled?.reason ?? '', /was changed since/);
    assert.equal(engine.requests.length, 0);
  });

  it('are one disabled action where no model can be talked to, and only where somebody asks', async () => {
    const { actions } = await start(new ScriptedEngine({ answer: '' }));
    const [only, ...more] = await actions('area(w', {}, true);
    assert.deepEqual(more, []);
    assert.match(only?.disabled?.reason ?? '', /only completes.*Choose/);
    assert.deepEqual(await actions('area(w', { triggerKind: 2 }, true), []);
    assert.deepEqual(await actions('area(w', { only: ['quickfix'] }, true), []);
  });

  it('are commands for a client that resolves none, which has the edit applied', async () => {
    const { client, editor, actions } = await start(chatScript(simpler), withoutResolve);
    const [simplify] = await actions('area(w', {}, true);
    assert.equal(simplify?.data, undefined);
    assert.equal(simplify?.tags, undefined);
    const result = await client.request('workspace/executeCommand', simplify?.command);
    assert.deepEqual(result, { applied: true });
    assert.match(editor.text, /\{\n {2}return w \* h;\n\}/);
    assert.deepEqual(Object.keys(editor.applied[0]!.edit), ['changes']);
  });
});
