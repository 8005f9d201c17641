import assert from 'node:assert/strict';
import { CancellationTokenSource, LSPErrorCodes } from 'vscode-languageserver/node';
import { EngineError } from '../../server/engine/contract.js';
import { planText, ScriptedEngine } from '../support/scripted-engine.js';
import { InProcessServer } from './in-process.js';
import { inlineCapabilities, withDeadline } from './lsp-client.js';

const uri = 'file:///project/a.ts';
const ready = (status: { message: string }) => status.message.endsWith('is ready.');

describe('language server', () => {
  let server: InProcessServer | undefined;

  function start(...args: ConstructorParameters<typeof InProcessServer>) {
    server = new InProcessServer(...args);
    return server;
  }

  afterEach(async () => {
    await server?.dispose();
    server = undefined;
  });

  describe('capabilities', () => {
    it('offers ghost text, and no completion list, to a client that knows ghost text', async () => {
      const { client } = start(new ScriptedEngine({ answer: 'x' }));
      const { capabilities, serverInfo } = await client.initialize();
      assert.equal(capabilities.inlineCompletionProvider, true);
      assert.equal(capabilities.completionProvider, undefined);
      assert.equal(capabilities.positionEncoding, 'utf-16');
      assert.deepEqual(capabilities.textDocumentSync, { openClose: true, change: 2 });
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
        planText(engine.requests[1]!.plan),
        '<bos><fimPrefix>f("😀", g(<fimSuffix>))\n<fimMiddle>',
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
      assert.match(planText(engine.requests[0]!.plan), /const a = 1;\nlet 😀 = <fimSuffix>/);
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
      assert.match(planText(engine.requests[0]!.plan), /console\.log<fimSuffix>;/);
    });

    it('answers a request by hand where it keeps quiet while somebody types', async () => {
      const engine = new ScriptedEngine({ answer: 'x' });
      const { client } = start(engine);
      await client.initialize();
      await client.open(uri, 'typescript', 'foo(bar)\n');
      const beforeWord = { line: 0, character: 4 };
      assert.deepEqual((await client.inlineComplete(uri, beforeWord, 2)).items, []);
      assert.equal(engine.requests.length, 0);
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

  describe('cancellation', () => {
    const endless = 'a b c d e f g h i j k l m n o p q r s t u v w x y z';

    it('stops the engine when the client cancels', async () => {
      const engine = new ScriptedEngine({ answer: endless, tokenMs: 600_000 });
      const { client } = start(engine);
      await client.initialize();
      await client.open(uri, 'typescript', 'a = ');
      const source = new CancellationTokenSource();
      const params = {
        textDocument: { uri },
        position: { line: 0, character: 4 },
        context: { triggerKind: 1 },
      };
      const running = client.connection.sendRequest(
        'textDocument/inlineCompletion',
        params,
        source.token,
      );
      running.catch(() => undefined);
      await client.until(() => engine.requests[0], 'the engine to start');
      source.cancel();
      await assert.rejects(withDeadline(running, 'the cancelled request'), {
        code: LSPErrorCodes.RequestCancelled,
      });
      assert.equal((await engine.requests[0]!.generation.summary).reason, 'aborted');
      const idle = await client.until(
        () => client.statuses.at(-1)?.busy === false || undefined,
        'idle',
      );
      assert.ok(idle);
    });

    it('stops the older request of a document when a newer one comes', async () => {
      const engine: ScriptedEngine = new ScriptedEngine({
        answer: () => (engine.requests.length === 1 ? endless : 'newer'),
        tokenMs: 600_000,
      });
      const { client } = start(engine);
      await client.initialize();
      await client.open(uri, 'typescript', 'a = ');
      const older = client.inlineComplete(uri, { line: 0, character: 4 });
      await client.until(() => engine.requests[0], 'the engine to start');
      const newer = client.inlineComplete(uri, { line: 0, character: 4 });
      assert.deepEqual((await older).items, []);
      assert.equal((await newer).items[0]?.insertText, 'newer');
      assert.equal((await engine.requests[0]!.generation.summary).reason, 'aborted');
    });

    it('stops a request whose document changes under it', async () => {
      const engine = new ScriptedEngine({ answer: endless, tokenMs: 600_000 });
      const { client } = start(engine);
      await client.initialize();
      await client.open(uri, 'typescript', 'a = ');
      const running = client.inlineComplete(uri, { line: 0, character: 4 });
      await client.until(() => engine.requests[0], 'the engine to start');
      await client.change(uri, 2, [{ text: 'b = ' }]);
      assert.deepEqual((await running).items, []);
    });

    it('does not start the engine for a request overtaken while it waits to be quiet', async () => {
      const engine = new ScriptedEngine({ answer: 'x' });
      const { client } = start(engine);
      await client.initialize({ initializationOptions: { debounce: 5000 } });
      await client.status(ready);
      await client.open(uri, 'typescript', 'a = ');
      const older = client.inlineComplete(uri, { line: 0, character: 4 }, 2);
      const newer = client.inlineComplete(uri, { line: 0, character: 4 }, 1);
      assert.deepEqual((await older).items, []);
      assert.equal((await newer).items.length, 1);
      assert.equal(engine.requests.length, 1);
    });
  });

  describe('model', () => {
    it('is loaded once, in the background, and reported', async () => {
      const { client, loads } = start(new ScriptedEngine({ answer: 'x' }));
      await client.initialize({
        capabilities: { ...inlineCapabilities, window: { workDoneProgress: true } },
      });
      const status = await client.status(ready);
      assert.deepEqual(status, {
        busy: false,
        kind: 'Normal',
        message: 'scripted is ready.',
        model: 'scripted',
        device: 'none (scripted)',
      });
      assert.equal(client.statuses[0]?.busy, true);
      assert.deepEqual(loads, [{ model: '', threads: 0, contextLength: 2048 }]);
      await client.until(
        () => client.progress.at(-1) === 'end' || undefined,
        'the end of the progress',
      );
      assert.equal(client.progress[0], 'begin');
    });

    it('shows no progress to a client that cannot', async () => {
      const { client } = start(new ScriptedEngine({ answer: 'x' }));
      await client.initialize();
      await client.status(ready);
      assert.deepEqual(client.progress, []);
      assert.ok(!client.serverRequests.includes('window/workDoneProgress/create'));
    });

    it('is waited for by a request that comes early', async () => {
      let finish: (engine: ScriptedEngine) => void = () => undefined;
      const { client } = start(() => new Promise((resolve) => (finish = resolve)));
      await client.initialize();
      await client.open(uri, 'typescript', 'a = ');
      const early = client.inlineComplete(uri, { line: 0, character: 4 });
      await client.status(({ message }) => message === 'The model is loading.');
      finish(new ScriptedEngine({ answer: 'x' }));
      assert.equal((await early).items.length, 1);
    });

    it('is waited for by a request that comes before the settings are known', async () => {
      const { client } = start(new ScriptedEngine({ answer: 'x' }));
      const capabilities = { ...inlineCapabilities, workspace: { configuration: true } };
      await client.initialize({ capabilities, configuration: [{}] });
      await client.open(uri, 'typescript', 'a = ');
      assert.equal((await client.inlineComplete(uri, { line: 0, character: 4 })).items.length, 1);
    });

    it('is not waited for beyond the deadline', async () => {
      const deadlines = { readyMs: 20, completionMs: 1000, closeMs: 20 };
      const { client } = start(() => new Promise(() => undefined), deadlines);
      await client.initialize();
      await client.open(uri, 'typescript', 'a = ');
      assert.deepEqual((await client.inlineComplete(uri, { line: 0, character: 4 })).items, []);
      assert.equal(client.statuses.at(-1)?.message, 'The model is loading.');
    });

    it('that cannot be loaded is reported once, without pop-ups, and leaves requests empty', async () => {
      const { client } = start(() =>
        Promise.reject(new EngineError('/x.gguf is a directory', 'Name a file.')),
      );
      await client.initialize();
      const failed = await client.status(({ kind }) => kind === 'Error');
      assert.match(failed.message, /x\.gguf is a directory/);
      assert.equal(failed.remedy, 'Name a file.');
      await client.open(uri, 'typescript', 'a = ');
      for (let i = 0; i < 3; i++) {
        assert.deepEqual((await client.inlineComplete(uri, { line: 0, character: 4 })).items, []);
      }
      assert.equal(client.statuses.filter(({ kind }) => kind === 'Error').length, 1);
      assert.equal(client.logs.filter(({ type }) => type === 1).length, 1);
      assert.ok(!client.serverRequests.includes('window/showMessageRequest'));
    });

    it('is loaded again by command, after its fault was mended', async () => {
      let broken = true;
      const { client, loads } = start(() =>
        broken
          ? Promise.reject(new Error('broken'))
          : Promise.resolve(new ScriptedEngine({ answer: 'x' })),
      );
      await client.initialize();
      await client.status(({ kind }) => kind === 'Error');
      broken = false;
      await client.request('workspace/executeCommand', { command: 'lacuna.reloadModel' });
      await client.status(ready);
      assert.equal(loads.length, 2);
    });

    it('that cannot fill holes is said to be so, with the model to use', async () => {
      const info = { fim: 'none', fimRemedy: 'Use Lite-Base.' } as const;
      const { client } = start(new ScriptedEngine({ answer: 'x', info }));
      await client.initialize();
      const status = await client.status(({ kind }) => kind === 'Error');
      assert.equal(status.remedy, 'Use Lite-Base.');
      await client.open(uri, 'typescript', 'a = ');
      assert.deepEqual((await client.inlineComplete(uri, { line: 0, character: 4 })).items, []);
    });

    it('that fails on one completion is a warning until one works', async () => {
      let asked = 0;
      const { client } = start(
        new ScriptedEngine({
          answer: () => {
            if (asked++ > 0) return 'x';
            throw new EngineError('the device is gone', 'Wait.');
          },
        }),
      );
      await client.initialize();
      await client.open(uri, 'typescript', 'a = ');
      assert.deepEqual((await client.inlineComplete(uri, { line: 0, character: 4 })).items, []);
      const warning = await client.status(({ kind }) => kind === 'Warning');
      assert.equal(warning.remedy, 'Wait.');
      assert.equal((await client.inlineComplete(uri, { line: 0, character: 4 })).items.length, 1);
      await client.until(() => client.statuses.at(-1)?.kind === 'Normal' || undefined, 'Normal');
    });

    it('that is too slow is given up, and said to be', async () => {
      const engine = new ScriptedEngine({ answer: 'a b c', tokenMs: 600_000 });
      const { client } = start(engine, { readyMs: 1000, completionMs: 30, closeMs: 1000 });
      await client.initialize();
      await client.open(uri, 'typescript', 'a = ');
      assert.deepEqual((await client.inlineComplete(uri, { line: 0, character: 4 })).items, []);
      const warning = await client.status(({ kind }) => kind === 'Warning');
      assert.match(warning.message, /more than 0.03 s/);
    });
  });

  describe('settings', () => {
    const asking = {
      ...inlineCapabilities,
      workspace: { configuration: true, didChangeConfiguration: { dynamicRegistration: true } },
    };

    it('come from the configuration, over initializationOptions', async () => {
      const { client, loads } = start(new ScriptedEngine({ answer: 'x' }));
      await client.initialize({
        capabilities: asking,
        initializationOptions: { threads: 3, contextLength: 256 },
        configuration: [{ threads: 2 }],
      });
      await client.status(ready);
      assert.deepEqual(loads, [{ model: '', threads: 2, contextLength: 256 }]);
      assert.ok(client.serverRequests.includes('client/registerCapability'));
    });

    it('take effect when they change, and load the model anew only where they must', async () => {
      const { client, loads } = start(new ScriptedEngine({ answer: 'x' }));
      await client.initialize({
        capabilities: asking,
        configuration: [{}, { maxTokens: 7 }, { model: '/other.gguf' }, { enable: false }],
      });
      await client.status(ready);
      const changed = () =>
        client.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
      await changed();
      await client.until(
        () => client.serverRequests.filter((method) => method === 'workspace/configuration')[1],
        'a second question',
      );
      assert.equal(loads.length, 1);
      await changed();
      await client.until(() => loads[1], 'a second load');
      assert.equal(loads[1]?.model, '/other.gguf');
      await changed();
      const off = await client.status(({ kind }) => kind === 'Inactive');
      assert.match(off.remedy ?? '', /lacuna\.enable/);
      await client.open(uri, 'typescript', 'a = ');
      assert.deepEqual((await client.inlineComplete(uri, { line: 0, character: 4 })).items, []);
    });

    it('may be pushed by a client that cannot be asked', async () => {
      const { client, loads } = start(new ScriptedEngine({ answer: 'x' }));
      await client.initialize();
      await client.status(ready);
      await client.connection.sendNotification('workspace/didChangeConfiguration', {
        settings: { lacuna: { contextLength: 128 }, other: { contextLength: 64 } },
      });
      await client.until(() => loads[1], 'a second load');
      assert.equal(loads[1]?.contextLength, 128);
    });

    it('that are garbage are named in the log and do no harm', async () => {
      const { client, loads } = start(new ScriptedEngine({ answer: 'x' }));
      await client.initialize({
        capabilities: asking,
        initializationOptions: 'what?',
        configuration: [
          { threads: 'many', maxTokens: -1, model: 7, disabledLanguages: 'all', maxLines: 1.5 },
        ],
      });
      await client.status(ready);
      assert.deepEqual(loads, [{ model: '', threads: 0, contextLength: 2048 }]);
      const warnings = client.logs.filter(({ type }) => type === 2).map(({ message }) => message);
      assert.equal(warnings.length, 6, warnings.join('\n'));
      assert.ok(
        warnings.includes('lacuna.threads must be a whole number from 0 to 256, not "many".'),
      );
    });

    it('switch languages off', async () => {
      const engine = new ScriptedEngine({ answer: 'x' });
      const { client } = start(engine);
      await client.initialize({ initializationOptions: { disabledLanguages: ['markdown'] } });
      await client.open('file:///a.md', 'markdown', 'a = ');
      const result = await client.inlineComplete('file:///a.md', { line: 0, character: 4 });
      assert.deepEqual(result.items, []);
      assert.equal(engine.requests.length, 0);
    });
  });

  describe('end', () => {
    it('frees the model on shutdown and exits with 0', async () => {
      const engine = new ScriptedEngine({ answer: 'x' });
      const { client, exits } = start(engine);
      await client.initialize();
      await client.status(ready);
      await client.shutdown();
      await withDeadline(
        poll(() => exits.length > 0),
        'exit',
      );
      assert.deepEqual(exits, [0]);
      await assert.rejects(
        engine.generate({ segments: [] }, { lane: 'inline', maxTokens: 1 }).summary,
        /closed/,
      );
    });

    it('exits with 1 where exit comes without shutdown', async () => {
      const { client, exits } = start(new ScriptedEngine({ answer: 'x' }));
      await client.initialize();
      await client.connection.sendNotification('exit');
      await withDeadline(
        poll(() => exits.length > 0),
        'exit',
      );
      assert.deepEqual(exits, [1]);
    });
  });
});

async function poll(test: () => boolean): Promise<void> {
  while (!test()) await new Promise((resolve) => setTimeout(resolve, 5));
}
