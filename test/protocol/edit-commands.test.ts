import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AcceptResult, NamesOutcome, TextOutcome } from '../../protocol/index.js';
import type { Engine } from '../../server/engine/contract.js';
import { chatScript } from '../support/chat-script.js';
import { inFolder } from '../support/run-cli.js';
import { planText, ScriptedEngine } from '../support/scripted-engine.js';
import { EditingClient, editingCapabilities } from './editing-client.js';
import { serverUnderTest } from './in-process.js';

const uri = 'untitled:area.ts';
const source = 'function area(w: number, h: number) {\n  const x = w * h;\n  return x;\n}\n';

describe('commands that ask the model', () => {
  const tested = serverUnderTest();
  afterEach(() => tested.dispose());

  async function start(engine: Engine, rootUri: string | null = null) {
    const { client } = tested.start(engine);
    const editor = new EditingClient(client);
    await client.initialize({ capabilities: editingCapabilities, rootUri });
    await editor.open(uri, 'typescript', source);
    const run = <T>(command: string, ...args: unknown[]) =>
      client.request<T>('workspace/executeCommand', { command, arguments: args });
    return { client, editor, run };
  }

  it('edit by an instruction, and have the edit applied', async () => {
    const engine = chatScript(
      '```\nfunction area(width: number, height: number) {\n  return width * height;\n}\n```',
    );
    const { editor, run } = await start(engine);
    const range = editor.rangeOf('function area');
    const result = await run<AcceptResult>('lacuna.edit', uri, range, 'Longer names.');
    assert.deepEqual(result, { applied: true });
    assert.match(
      editor.text,
      /^function area\(width: number, height: number\) \{\n {2}return width \* height;\n\}\n$/,
    );
    assert.match(
      planText(engine.requests[0]!.plan),
      /Task: Change the code as follows: Longer names\./,
    );
  });

  it('say in a message, too, why nothing was edited', async () => {
    const { client, editor, run } = await start(new ScriptedEngine({ answer: '' }));
    const { applied, reason } = await run<AcceptResult>(
      'lacuna.edit',
      uri,
      editor.rangeOf('x;'),
      'Do.',
    );
    assert.equal(applied, false);
    assert.match(reason ?? '', /only completes/);
    await client.until(() => editor.messages[0], 'the message');
    assert.equal(editor.messages[0], `Lacuna: ${reason ?? ''}`);
    assert.equal(editor.text, source);
  });

  it('explain code, and show the text where that is asked for', async () => {
    const { client, editor, run } = await start(chatScript('It multiplies.'));
    const range = editor.rangeOf('function area');
    assert.deepEqual(await run<TextOutcome>('lacuna.explain', uri, range), {
      text: 'It multiplies.',
    });
    assert.deepEqual(editor.messages, []);
    await run<TextOutcome>('lacuna.explain', uri, range, { show: true });
    await client.until(() => editor.messages[0], 'the message');
    assert.deepEqual(editor.messages, ['It multiplies.']);
  });

  it('suggest names that are none yet', async () => {
    const { editor, run } = await start(
      chatScript('1. `size`: short\n2. x\n- `h`\nthe best one\n3. product\n'),
    );
    const { start: position } = editor.rangeOf('x = w');
    assert.deepEqual(await run<NamesOutcome>('lacuna.suggestNames', uri, position), {
      names: ['size', 'product'],
    });
    const nowhere = editor.rangeOf(' {').start;
    const { refusal } = await run<NamesOutcome>('lacuna.suggestNames', uri, {
      ...nowhere,
      line: 3,
      character: 1,
    });
    assert.match(refusal?.message ?? '', /no name/);
  });

  it('write a message for what is staged, and see nothing that is ignored', () =>
    inFolder({ 'a.txt': 'old\n', '.env': 'A=1\n' }, async (folder) => {
      const git = (...args: string[]) =>
        execFileSync('git', [
          '-C',
          folder,
          '-c',
          'user.name=T',
          '-c',
          'user.email=t@example.com',
          ...args,
        ]);
      git('init', '-q');
      git('add', '--all');
      git('commit', '-qm', 'Begin');
      writeFileSync(path.join(folder, 'a.txt'), 'fresh\n');
      writeFileSync(path.join(folder, '.env'), 'A=2\n');
      git('add', '--all');
      const engine = chatScript('```\nFreshen the text\n\nIt was old.\n```');
      const { run } = await start(engine, pathToFileURL(folder).href);
      assert.deepEqual(await run<TextOutcome>('lacuna.commitMessage'), {
        text: 'Freshen the text\n\nIt was old.',
      });
      const prompt = planText(engine.requests[0]!.plan);
      assert.match(prompt, /^-old$/m);
      assert.match(prompt, /^\+fresh$/m);
      assert.match(prompt, /Earlier messages:\nBegin\n/);
      assert.doesNotMatch(prompt, /A=[12]/);
    }));

  it('write no message where nothing was changed, or where there is no repository', () =>
    inFolder({}, async (folder) => {
      const { run } = await start(chatScript('x'), pathToFileURL(folder).href);
      const none = await run<TextOutcome>('lacuna.commitMessage');
      assert.match(none.refusal?.message ?? '', /cannot be read: .*not a git repository/);
      execFileSync('git', ['-C', folder, 'init', '-q']);
      const empty = await run<TextOutcome>('lacuna.commitMessage');
      assert.equal(empty.refusal?.message, 'Nothing was changed.');
    }));

  it('write tests into a new file beside the old one, or at the end of the one that is there', () =>
    inFolder({ 'area.ts': source }, async (folder) => {
      const engine = chatScript('```ts\nit("multiplies", () => {});\n```');
      const { editor, run } = await start(engine, pathToFileURL(folder).href);
      const file = pathToFileURL(path.join(folder, 'area.ts')).href;
      await editor.open(file, 'typescript', source);
      const range = editor.rangeOf('function area');
      const ask = () => run<AcceptResult>('lacuna.edit', file, range, '', { kind: 'tests' });
      assert.deepEqual(await ask(), { applied: true });
      const tests = pathToFileURL(path.join(folder, 'area.test.ts')).href;
      assert.deepEqual(editor.applied[0]?.edit.documentChanges, [
        { kind: 'create', uri: tests, options: { ignoreIfExists: false } },
        {
          textDocument: { uri: tests, version: null },
          edits: [
            {
              range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
              newText: 'it("multiplies", () => {});\n',
              annotationId: 'lacuna',
            },
          ],
        },
      ]);
      writeFileSync(path.join(folder, 'area.test.ts'), 'it("is", () => {});\r\n');
      assert.deepEqual(await ask(), { applied: true });
      const [change] = editor.applied[1]?.edit.documentChanges ?? [];
      assert(change && 'edits' in change);
      assert.deepEqual(
        change.edits.map((each) => 'newText' in each && [each.range.start.line, each.newText]),
        [[1, '\r\nit("multiplies", () => {});\r\n']],
      );
      assert.match(
        planText(engine.requests[1]!.plan),
        /The file of its tests, area\.test\.ts, so far/,
      );
    }));
});
