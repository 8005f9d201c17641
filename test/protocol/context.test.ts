import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { Position } from 'vscode-languageserver';
import type { PromptReport } from '../../protocol/index.js';
import { indexWorkerFile } from '../../server/context/index/worker/index-worker.js';
import { cursorText } from '../support/cursor.js';
import { ScriptedEngine } from '../support/scripted-engine.js';
import { serverUnderTest } from './in-process.js';
import type { LspClient } from './lsp-client.js';

const packageRoot = path.resolve(import.meta.dirname, '../../..');

const main = [
  "import { draw, type Shape } from './shapes.js';",
  '',
  'export function show(shape: Shape, token: string): void {',
  '  draw(shape);',
  '  █',
  '}',
  '',
].join('\n');

async function insert(client: LspClient, uri: string, at: Position, text: string) {
  await client.change(uri, 2, [{ range: { start: at, end: at }, text }]);
}

describe('language server: what other files say', function () {
  this.timeout(60_000);
  const { start, dispose } = serverUnderTest();
  let folder = '';
  const uri = (name: string): string => pathToFileURL(path.join(folder, name)).href;
  const write = (name: string, text: string): void => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  };

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'lacuna-context-')));
    write('.git/HEAD', '');
    write('.gitignore', 'made.ts\n');
    write('src/shapes.ts', 'export interface Shape {\n  sides: number;\n}\n');
    write('src/made.ts', 'export function draw(made: string): void {}\n');
    write('src/draw.ts', 'export function draw(shape: Shape): void {\n  hidden();\n}\n');
    write('.env', 'draw=secret\n');
    write('src/main.ts', main.replace('█', ''));
  });
  afterEach(async () => {
    await dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  async function serve(initializationOptions: object = {}) {
    const index = {
      workerFile: indexWorkerFile(packageRoot),
      cacheFolder: path.join(folder, '.cache'),
    };
    const engine = new ScriptedEngine({ answer: 'x' });
    const { client, server } = start(engine, undefined, undefined, index);
    await client.initialize({
      rootUri: pathToFileURL(folder).href,
      initializationOptions: { debounce: 0, workAhead: false, ...initializationOptions },
    });
    const position = (marked: string) => {
      const { text, offset } = cursorText(marked);
      const lines = text.slice(0, offset).split('\n');
      return { line: lines.length - 1, character: lines.at(-1)!.length };
    };
    const indexed = async (name: string): Promise<void> => {
      const end = Date.now() + 30_000;
      while (server.index.symbols.definitions(name).length === 0) {
        assert.ok(Date.now() < end, `nothing defines ${name}`);
        await sleep(10);
      }
    };
    const latest = () =>
      client.request<PromptReport>('workspace/executeCommand', { command: 'lacuna.lastPrompt' });
    let asked = 0;
    /** Of a new document each time: what was answered once is known. It stays open for `use`. */
    const prompt = async (use?: (uri: string) => Promise<void>): Promise<PromptReport> => {
      const document = uri(`src/main-${asked++}.ts`);
      await client.open(document, 'typescript', main.replace('█', ''));
      await client.inlineComplete(document, position(main));
      await use?.(document);
      const report = await latest();
      const textDocument = { uri: document };
      await client.connection.sendNotification('textDocument/didClose', { textDocument });
      return report;
    };
    return { client, prompt, indexed };
  }

  /**
   * Asks until it is there: on a slow machine other files come too late for the first keystrokes, and so does the syntax
   * tree, which tells types from other names.
   */
  const withOthers = async (
    prompt: () => Promise<PromptReport>,
    ...origins: readonly string[]
  ): Promise<PromptReport> => {
    const end = Date.now() + 30_000;
    for (;;) {
      const report = await prompt();
      const found = others(report).map(({ origin }) => origin);
      if (found.length > 0 && origins.every((each) => found.includes(each))) return report;
      assert.ok(Date.now() < end, 'nothing of other files is ever shown');
      await sleep(50);
    }
  };

  const others = ({ segments, document }: PromptReport) =>
    segments.filter(({ source }) => source !== undefined && source !== document);

  it('stands in the prompt as comments, with file, tokens and what makes it useful', async () => {
    const { prompt, indexed } = await serve();
    await Promise.all([indexed('Shape'), indexed('draw')]);
    const report = await withOthers(prompt, 'definition', 'type');
    assert.deepEqual(
      others(report)
        .map(({ content, source, origin }) => ({ content, source, origin }))
        .sort((a, b) => (a.content < b.content ? -1 : 1)),
      [
        {
          content: '// src/draw.ts:\n// function draw(shape: Shape): void\n',
          source: uri('src/draw.ts'),
          origin: 'definition',
        },
        {
          content: '// src/shapes.ts:\n// interface Shape {\n//   sides: number;\n// }\n',
          source: uri('src/shapes.ts'),
          origin: 'type',
        },
      ],
    );
    for (const { tokens } of others(report)) assert.ok(tokens > 5);
    assert.match(report.text, /shapes\.ts – type \(\d+ tokens/);
    const all = report.segments.map(({ content }) => content).join('');
    assert.ok(!/secret|made|hidden/.test(all));
  });

  it('was resident, as the report says, when the next key is pressed', async () => {
    const { client, prompt, indexed } = await serve();
    await indexed('Shape');
    await withOthers(prompt);
    const report = await prompt(async (document) => {
      await insert(client, document, { line: 4, character: 2 }, 's');
      await client.inlineComplete(document, { line: 4, character: 3 });
    });
    assert.ok(others(report).length > 0);
    for (const { tokens, residentTokens } of others(report)) assert.equal(residentTokens, tokens);
  });

  it('is nothing of .env, of ignored files, or of any other where nobody trusts them', async () => {
    const alike = main.replace('shape);', 'shape, 2);').replace('█', 'privately(shape);');
    const { client, prompt } = await serve({ workspaceTrusted: true });
    await client.open(uri('.env.ts'), 'typescript', alike);
    await client.open(uri('src/made.ts'), 'typescript', alike);
    assert.ok(!JSON.stringify(await prompt()).includes('privately'));
    await client.open(uri('src/open.ts'), 'typescript', alike);
    const seen = others(await withOthers(prompt, 'tab')).filter(({ origin }) => origin === 'tab');
    assert.deepEqual(
      seen.map(({ source }) => source),
      [uri('src/open.ts')],
    );
    await client.connection.sendNotification('lacuna/didChangeTrust', { trusted: false });
    assert.deepEqual(others(await prompt()), []);
  });

  it('shows what was edited last in another document', async () => {
    const { client, prompt } = await serve();
    await client.open(uri('src/draw.ts'), 'typescript', 'first();\nsecond();\n');
    await insert(client, uri('src/draw.ts'), { line: 1, character: 0 }, 'edited');
    const edits = others(await withOthers(prompt, 'edit')).filter(
      ({ origin }) => origin === 'edit',
    );
    assert.deepEqual(
      edits.map(({ content }) => content),
      ['// src/draw.ts:\n// first();\n// editedsecond();\n'],
    );
  });
});
