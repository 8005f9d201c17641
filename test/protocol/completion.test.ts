import assert from 'node:assert/strict';
import { planText, ScriptedEngine } from '../support/scripted-engine.js';
import { serverUnderTest } from './in-process.js';
import { withDeadline } from './lsp-client.js';

const uri = 'file:///project/a.ts';

describe('language server: completions', () => {
  const { start, dispose } = serverUnderTest();
  afterEach(dispose);

  describe('capabilities', () => {
    it('offers ghost text, and no completion list, to a client that knows ghost text', async () => {
      const { client } = start(new ScriptedEngine({ answer: 'x' }));
      const { capabilities, serverInfo } = await client.initialize();
      assert.equal(capabilities.inlineCompletionProvider, true);
      assert.equal(capabilities.completionProvider, undefined);
      assert.equal(capabilities.positionEncoding, 'utf-16');
      assert.deepEqual(capabilities.textDocumentSync, { openClose: true, change: 2, save: true });
      assert.equal(serverInfo?.name, 'lacuna');
      await assert.rejects(client.complete(uri, { line: 0, character: 0 }), /Unhandled method/);
    });

    it('offers a completion list, and no ghost text, to a client that does not', async () => {
      const { client } = start(new ScriptedEngine({ answer: 'x' }));
      const { capabilities } = await client.initialize({ capabilities: { textDocument: {} } });
      assert.equal(capabilities.inlineCompletionProvider, undefined);
      assert.equal(capabilities.completionProvider?.resolveProvider, false);
      await assert.rejects(
        client.inlineComplete(uri, { line: 0, character: 0 }),
        /Unhandled method/,
      );
    });
  });

  describe('ghost text', () => {
    it('completes at the cursor', async () => {
      const { client } = start(new ScriptedEngine({ answer: 'a + b;\nnext' }));
      await client.initialize();
      await client.open(uri, 'typescript', 'const sum = ;\n');
      const position = { line: 0, character: 12 };
      assert.deepEqual(await client.inlineComplete(uri, position), {
        items: [{ insertText: 'a + b', range: { start: position, end: position } }],
      });
    });

    it('keeps CRLF and counts UTF-16 units', async () => {
      const engine = new ScriptedEngine({ answer: 'a();\n  b();\n}' });
      const { client } = start(engine);
      await client.initialize();
      await client.open(uri, 'typescript', 'f("😀"); function g() {\r\n  \r\n}\r\n');
      const { items } = await client.inlineComplete(uri, { line: 1, character: 2 });
      assert.equal(items[0]?.insertText, 'a();\r\n  b();');

      await client.open('file:///b.ts', 'typescript', 'f("😀", g())\r\n');
      const inner = await client.inlineComplete('file:///b.ts', { line: 0, character: 10 });
      const range = { start: { line: 0, character: 10 }, end: { line: 0, character: 10 } };
      assert.deepEqual(inner.items[0]?.range, range);
      assert.equal(
        planText(engine.greedy[1]!.plan),
        '<bos><fimPrefix><fimSuffix>))\n<fimMiddle>f("😀", g(',
      );
    });

    it('follows incremental changes', async () => {
      const engine = new ScriptedEngine({ answer: 'x' });
      const { client } = start(engine);
      await client.initialize();
      await client.open(uri, 'typescript', 'const a = 1;\n');
      await client.change(uri, 2, [
        {
          range: { start: { line: 1, character: 0 }, end: { line: 1, character: 0 } },
          text: 'let 😀',
        },
        {
          range: { start: { line: 1, character: 6 }, end: { line: 1, character: 6 } },
          text: ' = ',
        },
      ]);
      await client.inlineComplete(uri, { line: 1, character: 9 });
      assert.match(
        planText(engine.inline[0]!.plan),
        /const a = 1;\n<fimSuffix><fimMiddle>let 😀 = $/,
      );
    });

    it('decides by the syntax as it is now, where the text of the line would mislead', async () => {
      const engine = new ScriptedEngine({ answer: 'a: 1,\n  b: 2' });
      const { client } = start(engine);
      await client.initialize();
      const stops = () => engine.greedy.at(-1)?.options.stop;
      // The first answers may come before the grammar has been loaded.
      const parsed = async (): Promise<string> => {
        for (let n = 0; ; n++) {
          await client.open(`${uri}?${n}`, 'typescript', '// {');
          await client.inlineComplete(`${uri}?${n}`, { line: 0, character: 4 });
          if (stops()?.length === 1) return `${uri}?${n}`;
        }
      };
      const document = await withDeadline(parsed(), 'an answer by the syntax');
      const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 3 } };
      await client.change(document, 2, [{ range, text: '' }]);
      await client.inlineComplete(document, { line: 0, character: 1 });
      assert.deepEqual(stops(), []);
    });

    it('continues the item selected in the completion list', async () => {
      const engine = new ScriptedEngine({ answer: '(text)' });
      const { client } = start(engine);
      await client.initialize();
      await client.open(uri, 'typescript', 'console.lo;\n');
      const range = { start: { line: 0, character: 8 }, end: { line: 0, character: 10 } };
      const result = await client.request('textDocument/inlineCompletion', {
        textDocument: { uri },
        position: { line: 0, character: 10 },
        context: { triggerKind: 2, selectedCompletionInfo: { range, text: 'log' } },
      });
      assert.deepEqual(result, { items: [{ insertText: 'log(text)', range }] });
      assert.match(planText(engine.inline[0]!.plan), /<fimSuffix>;\n<fimMiddle>console\.log$/);
    });

    it('replaces what it would double behind the item selected in the completion list', async () => {
      const { client } = start(new ScriptedEngine({ answer: 'x).then(y' }));
      await client.initialize();
      await client.open(uri, 'typescript', 'foo.ba)\n');
      const range = { start: { line: 0, character: 4 }, end: { line: 0, character: 6 } };
      const result = await client.request('textDocument/inlineCompletion', {
        textDocument: { uri },
        position: { line: 0, character: 6 },
        context: { triggerKind: 1, selectedCompletionInfo: { range, text: 'bar(' } },
      });
      const wider = { start: range.start, end: { line: 0, character: 7 } };
      assert.deepEqual(result, { items: [{ insertText: 'bar(x).then(y', range: wider }] });
    });

    it('continues no item that replaces several lines, and tears no character for one', async () => {
      const { client } = start(new ScriptedEngine({ answer: 'x' }));
      await client.initialize();
      await client.open(uri, 'typescript', 'a\nb😀');
      const items = async (from: [number, number], to: [number, number]) => {
        const [start, end] = [from, to].map(([line, character]) => ({ line, character }));
        const selectedCompletionInfo = { range: { start, end }, text: 'chosen' };
        return client.request('textDocument/inlineCompletion', {
          textDocument: { uri },
          position: end,
          context: { triggerKind: 1, selectedCompletionInfo },
        });
      };
      assert.deepEqual(await items([0, 0], [1, 1]), { items: [] });
      const range = { start: { line: 1, character: 1 }, end: { line: 1, character: 1 } };
      assert.deepEqual(await items([1, 2], [1, 2]), { items: [{ insertText: 'chosenx', range }] });
    });

    it('answers a request by hand where it keeps quiet while somebody types', async () => {
      const engine = new ScriptedEngine({ answer: 'x' });
      const { client } = start(engine);
      await client.initialize();
      await client.open(uri, 'typescript', 'foo(bar)\n');
      const beforeWord = { line: 0, character: 4 };
      assert.deepEqual((await client.inlineComplete(uri, beforeWord, 2)).items, []);
      assert.equal(engine.greedy.length, 0);
      assert.equal((await client.inlineComplete(uri, beforeWord, 1)).items.length, 1);
    });

    it('knows nothing of a document that is not open', async () => {
      const { client } = start(new ScriptedEngine({ answer: 'x' }));
      await client.initialize();
      assert.deepEqual(await client.inlineComplete('file:///no.ts', { line: 0, character: 0 }), {
        items: [],
      });
      await client.open(uri, 'typescript', 'a = ');
      await client.connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
      assert.deepEqual(await client.inlineComplete(uri, { line: 0, character: 4 }), { items: [] });
    });

    it('names parameters that cannot be used', async () => {
      const { client } = start(new ScriptedEngine({ answer: 'x' }));
      await client.initialize();
      for (const params of [
        {},
        { textDocument: null, position: { line: 0, character: 0 } },
        { textDocument: { uri }, position: { line: 0 } },
        { textDocument: { uri }, position: { line: -1, character: 0 } },
      ]) {
        const answer = client.request('textDocument/inlineCompletion', params);
        await assert.rejects(answer, { code: -32602 }, JSON.stringify(params));
      }
    });

    it('cuts a long document where it was cut before, until it is closed', async () => {
      const engine = new ScriptedEngine({ answer: 'x', info: { contextLength: 256, fim: 'spm' } });
      const { client } = start(engine);
      await client.initialize();
      const line = '  const value = compute(1, 2);\n';
      let text = line.repeat(20);
      await client.open(uri, 'typescript', text);
      let version = 1;
      /** Where the plan for the document with this text begins, the cursor at its end. */
      const startOf = async (next: string) => {
        // Never twice the same text: it would be answered from the cache, without a plan.
        const last = `v${++version}`;
        text = next + last;
        await client.change(uri, version, [{ text }]);
        const line = text.split('\n').length - 1;
        await client.inlineComplete(uri, { line, character: last.length });
        const plan = planText(engine.greedy.at(-1)!.plan);
        return text.length - /<fimMiddle>([^]*)$/.exec(plan)![1]!.length;
      };
      const first = await startOf(text);
      assert.ok(first > 0);
      let previous = text;
      while ((await startOf(previous + line)) === first) {
        previous += line;
        assert.ok(previous.length < 4000, 'the cut never moves');
      }
      const moved = await startOf(previous + line);
      // A line less: the old cut would do again, and cost a prefill.
      assert.equal(await startOf(previous), moved);
      assert.equal(await startOf(line.repeat(20)), moved);
      await client.connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
      await client.open(uri, 'typescript', text, ++version);
      assert.equal(await startOf(line.repeat(20)), first);
    });

    it('survives a position far outside the document', async () => {
      const { client } = start(new ScriptedEngine({ answer: 'x' }));
      await client.initialize();
      await client.open(uri, 'typescript', 'a = ');
      const { items } = await client.inlineComplete(uri, { line: 999, character: 999 });
      const end = { line: 0, character: 4 };
      assert.deepEqual(items, [{ insertText: 'x', range: { start: end, end } }]);
    });
  });

  describe('completion list', () => {
    const capabilities = { textDocument: { completion: {} } };

    it('offers the same text as an item that replaces the word before the cursor', async () => {
      const { client } = start(new ScriptedEngine({ answer: 'ole.log(x);' }));
      await client.initialize({ capabilities });
      await client.open(uri, 'typescript', '  cons\n');
      const list = await client.complete(uri, { line: 0, character: 6 });
      assert.equal(list.isIncomplete, true);
      const [item] = list.items;
      assert.equal(item?.label, 'console.log(x);');
      assert.equal(item.filterText, 'console.log(x);');
      assert.equal(item.insertText, 'console.log(x);');
      assert.deepEqual(item.textEdit, {
        newText: 'console.log(x);',
        range: { start: { line: 0, character: 2 }, end: { line: 0, character: 6 } },
      });
      assert.equal(item.preselect, false);
    });

    it('labels several lines with the first', async () => {
      const { client } = start(new ScriptedEngine({ answer: '\n  a();\n  b();\n}' }));
      await client.initialize({ capabilities });
      await client.open(uri, 'typescript', 'function f() {\r\n');
      const { items } = await client.complete(uri, { line: 0, character: 14 });
      assert.equal(items[0]?.label, 'a(); …');
      assert.equal(items[0].insertText, '\r\n  a();\r\n  b();\r\n}');
      assert.equal(items[0].insertTextMode, 1);
    });

    it('is empty, and not an error, where nothing is offered', async () => {
      const { client } = start(new ScriptedEngine({ answer: '' }));
      await client.initialize({ capabilities });
      await client.open(uri, 'typescript', 'a = ');
      assert.deepEqual(await client.complete(uri, { line: 0, character: 4 }), {
        isIncomplete: true,
        items: [],
      });
    });
  });
});
