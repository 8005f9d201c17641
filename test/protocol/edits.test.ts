import assert from 'node:assert/strict';
import { CancellationTokenSource, type TextDocumentEdit } from 'vscode-languageserver/node';
import {
  editRequests,
  type AcceptResult,
  type EditOutcome,
  type EditProgress,
  type EditProposal,
  type ProposeParams,
} from '../../protocol/index.js';
import type { Engine } from '../../server/engine/contract.js';
import { chatScript } from '../support/chat-script.js';
import { ScriptedEngine } from '../support/scripted-engine.js';
import { EditingClient, editingCapabilities } from './editing-client.js';
import { serverUnderTest } from './in-process.js';

const uri = 'untitled:area.ts';
const source = `const a = 1;

function area(w: number, h: number) {
  const result = w * h;
  return result;
}

function keep() {}
`;
const simpler = '```ts\nfunction area(w: number, h: number) {\n  return w * h;\n}\n```\n';

describe('edits over the protocol', () => {
  const tested = serverUnderTest();
  afterEach(() => tested.dispose());

  async function start(engine: Engine, text = source) {
    const { client } = tested.start(engine);
    const editor = new EditingClient(client);
    await client.initialize({ capabilities: editingCapabilities });
    await editor.open(uri, 'typescript', text);
    const request = (part: string, more: Partial<ProposeParams> = {}): ProposeParams => ({
      ...{ textDocument: { uri }, range: editor.rangeOf(part), kind: 'simplify' },
      ...more,
    });
    const propose = (part: string, more: Partial<ProposeParams> = {}) =>
      client.request<EditOutcome>(editRequests.propose, request(part, more));
    const accept = ({ id }: EditProposal, hunks?: number[]) =>
      client.request<AcceptResult>(editRequests.accept, { id, ...(hunks && { hunks }) });
    return { client, editor, request, propose, accept };
  }

  function proposalOf({ proposal, refusal }: EditOutcome): EditProposal {
    assert(proposal, JSON.stringify(refusal));
    return proposal;
  }

  it('propose whole lines in hunks that together make the new text', async () => {
    const { propose } = await start(chatScript(simpler));
    const proposal = proposalOf(await propose('area'));
    assert.equal(proposal.title, 'Simplify area');
    assert.equal(proposal.version, 1);
    assert.deepEqual(proposal.range, {
      start: { line: 2, character: 0 },
      end: { line: 6, character: 0 },
    });
    assert.deepEqual(proposal.hunks, [
      {
        range: { start: { line: 3, character: 0 }, end: { line: 5, character: 0 } },
        oldText: '  const result = w * h;\n  return result;\n',
        newText: '  return w * h;\n',
      },
    ]);
  });

  it('are applied as one versioned edit with an annotation', async () => {
    const { editor, propose, accept } = await start(chatScript(simpler));
    const proposal = proposalOf(await propose('area'));
    assert.deepEqual(await accept(proposal), { applied: true });
    assert.match(
      editor.text,
      /^const a = 1;\n\nfunction area[^]*\{\n {2}return w \* h;\n\}\n\nfunction keep\(\) \{\}\n$/,
    );
    assert.equal(editor.applied.length, 1);
    const [{ label, edit }] = editor.applied as [(typeof editor.applied)[0]];
    assert.equal(label, 'Simplify area');
    const [change] = edit.documentChanges as TextDocumentEdit[];
    assert.equal(change?.textDocument.version, 1);
    assert.deepEqual(edit.changeAnnotations, {
      lacuna: { label: 'Simplify area', description: 'Written by Scripted Instruct' },
    });
    assert.deepEqual(await accept(proposal), {
      applied: false,
      reason: 'The edit is no longer there.',
    });
  });

  it('are applied by hunk', async () => {
    const text = 'function f() {\n  a();\n  keep();\n  b();\n}\n';
    const { editor, propose, accept } = await start(
      chatScript('```\nfunction f() {\n  A();\n  keep();\n  B();\n}\n```'),
      text,
    );
    const proposal = proposalOf(await propose('function f'));
    assert.equal(proposal.hunks.length, 2);
    assert.deepEqual(await accept(proposal, [1]), { applied: true });
    assert.equal(editor.text, 'function f() {\n  a();\n  keep();\n  B();\n}\n');
  });

  it('are refused where the document moved on', async () => {
    const { editor, propose, accept } = await start(chatScript(simpler));
    const proposal = proposalOf(await propose('area'));
    await editor.change([{ range: editor.rangeOf('const a'), newText: 'let a' }]);
    const { applied, reason } = await accept(proposal);
    assert.equal(applied, false);
    assert.match(reason ?? '', /was changed since/);
    assert.equal(editor.applied.length, 0);
  });

  it('follow what is typed elsewhere while the model is at work', async () => {
    const engine = chatScript(simpler, { prefillMs: 50 });
    const { client, editor, propose, accept } = await start(engine);
    const asked = propose('area');
    await client.until(() => engine.requests[0], 'the question');
    await editor.change([
      { range: editor.rangeOf('const a = 1;'), newText: 'const a = 1;\n// 😀' },
    ]);
    const proposal = proposalOf(await asked);
    assert.equal(proposal.version, 2);
    assert.deepEqual(await accept(proposal), { applied: true });
    assert.match(
      editor.text,
      /^const a = 1;\n\/\/ 😀\n\nfunction area[^]*\{\n {2}return w \* h;\n\}\n\nfunction keep/,
    );
  });

  it('are refused where the code itself is changed meanwhile', async () => {
    const engine = chatScript(simpler, { prefillMs: 50 });
    const { client, editor, propose } = await start(engine);
    const asked = propose('area');
    await client.until(() => engine.requests[0], 'the question');
    await editor.change([{ range: editor.rangeOf('return result'), newText: 'return 2 * result' }]);
    assert.match((await asked).refusal?.message ?? '', /was changed while/);
  });

  it('can be asked for two at once, of which the second to be accepted is of a past version', async () => {
    const { editor, propose, accept } = await start(
      chatScript((plan) =>
        JSON.stringify(plan).includes('to be changed:\\n```typescript\\nfunction keep')
          ? '```\nfunction keep() { return 1; }\n```'
          : simpler,
      ),
    );
    const [one, other] = await Promise.all([propose('area'), propose('keep')]);
    assert.deepEqual(await accept(proposalOf(other)), { applied: true });
    assert.equal((await accept(proposalOf(one))).applied, false);
    assert.match(editor.text, /const result/);
    assert.match(editor.text, /keep\(\) \{ return 1; \}/);
  });

  it('end with RequestCancelled when they are cancelled halfway, and change nothing', async () => {
    const engine = chatScript(simpler, { tokenMs: 20 });
    const { client, editor, request } = await start(engine);
    const seen: EditProgress[] = [];
    client.connection.onNotification('$/progress', ({ value }: { value: EditProgress }) => {
      seen.push(value);
    });
    const cancellation = new CancellationTokenSource();
    const params = request('area', { partialResultToken: 'edit' });
    const asked = client.connection.sendRequest(editRequests.propose, params, cancellation.token);
    await client.until(() => seen[0], 'the first line');
    cancellation.cancel();
    await assert.rejects(asked, { code: -32800 });
    assert.equal(
      await engine.requests[0]!.generation.summary.then(({ reason }) => reason),
      'aborted',
    );
    assert.equal(editor.text, source);
    assert.match(seen[0]!.text, /^function area/);
  });

  it('are refused with a remedy where no model can be talked to', async () => {
    const { propose } = await start(new ScriptedEngine({ answer: 'x' }));
    const { refusal } = await propose('area');
    assert.match(refusal?.message ?? '', /only completes/);
    assert.match(refusal?.remedy ?? '', /instruct model/);
  });

  it('say what is wrong with a request', async () => {
    const { client, request } = await start(chatScript(simpler));
    for (const params of [
      { ...request('area'), kind: 'repaint' },
      { ...request('area'), range: { start: { line: -1, character: 0 } } },
      { ...request('area'), textDocument: {} },
    ])
      await assert.rejects(client.request(editRequests.propose, params), { code: -32602 });
    const { refusal } = await client.request<EditOutcome>(editRequests.propose, {
      ...request('area'),
      kind: 'rewrite',
    });
    assert.equal(refusal?.remedy, 'Give an instruction.');
  });

  it('are forgotten when they are discarded', async () => {
    const { client, propose, accept } = await start(chatScript(simpler));
    const proposal = proposalOf(await propose('area'));
    await client.request(editRequests.discard, { id: proposal.id });
    assert.equal((await accept(proposal)).applied, false);
  });
});
