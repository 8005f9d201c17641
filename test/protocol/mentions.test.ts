import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  chatRequests,
  type ChatSource,
  type Conversation,
  type EditorPlace,
  type EditorProblem,
  type MentionItem,
} from '../../protocol/index.js';
import { indexWorkerFile } from '../../server/context/index/worker/index-worker.js';
import { chatInfo } from '../support/chat-model.js';
import { planText, ScriptedEngine } from '../support/scripted-engine.js';
import { madeUpSecrets } from '../unit/provenance/made-up-secrets.js';
import { ChatClient } from './chat-client.js';
import { serverUnderTest } from './in-process.js';

const packageRoot = path.resolve(import.meta.dirname, '../../..');
const shapes = `export class Circle {
  constructor(readonly radius: number) {}

  area(): number {
    return Math.PI * this.radius ** 2;
  }
}

export function perimeter(circle: Circle): number {
  return 2 * Math.PI * circle.radius;
}
`;

describe('language server: mentions', function () {
  this.timeout(60_000);
  const { start, dispose } = serverUnderTest();
  let folder = '';
  const uri = (name: string): string => pathToFileURL(path.join(folder, name)).href;
  const write = (name: string, text: string): void => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  };
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], {
      cwd: folder,
      stdio: 'pipe',
    });

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'lacuna-mentions-')));
    write('src/shapes.ts', shapes);
    write(
      'src/main.ts',
      "import { Circle } from './shapes.js';\nconsole.log(new Circle(1).area());\n",
    );
    write('docs/my notes.md', '# Notes\n\nOnce upon a time.\n');
  });
  afterEach(async () => {
    await dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  async function serve(initializationOptions: object = {}) {
    const engine = new ScriptedEngine({
      answer: 'So.',
      info: { ...chatInfo(), contextLength: 16_384 },
    });
    const index = { workerFile: indexWorkerFile(packageRoot) };
    const { client, server } = start(engine, undefined, undefined, index);
    await client.initialize({ rootUri: pathToFileURL(folder).href, initializationOptions });
    const chat = new ChatClient(client);
    const { id } = await chat.create();
    /** What the model was shown of a question, and what was said of it. */
    const ask = async (question: string, place?: EditorPlace) => {
      const turn = await chat.send(id, question, place);
      assert.equal(turn.state, 'complete');
      const prompt = planText(engine.requests.at(-1)!.plan);
      return {
        prompt: prompt.slice(prompt.lastIndexOf('User: ')),
        whole: prompt,
        sources: turn.sources,
      };
    };
    const indexed = (name: string) =>
      client.until(
        () => (server.index.symbols.definitions(name).length > 0 ? true : undefined),
        `the definition of ${name}`,
      );
    return { client, chat, id, engine, ask, indexed };
  }

  const noted = (sources: readonly ChatSource[]) => sources.map(({ label, note }) => [label, note]);

  it('show files and lines of them, as they stand in the editor', async () => {
    const { client, ask } = await serve();
    await client.open(uri('src/main.ts'), 'typescript', 'unsaved();\n');
    const { prompt, sources } = await ask(
      'Compare @file:src/main.ts, @file:src/shapes.ts#L4-L6 and @file:"docs/my notes.md".',
    );
    assert.match(prompt, /src\/main\.ts:\n```typescript\nunsaved\(\);\n```/);
    assert.match(
      prompt,
      /src\/shapes\.ts, lines 4 to 6:\n```typescript\n {2}area\(\)[^`]*\n {2}\}\n```/,
    );
    assert.match(prompt, /docs\/my notes\.md:\n```markdown\n# Notes\n/);
    assert.match(prompt, /\n\nCompare @file:src\/main\.ts, [^]*\n\nAssistant:$/);
    assert.deepEqual(noted(sources), [
      ['src/main.ts', undefined],
      ['src/shapes.ts', undefined],
      ['docs/my notes.md', undefined],
    ]);
    assert.deepEqual(sources[1]?.lines, { first: 3, last: 5 });
    assert.ok(sources.every(({ tokens }) => tokens > 3));
  });

  it('show nothing that the gate keeps out, and say why', async () => {
    write('.env', 'TOKEN=hidden\n');
    write('.gitignore', 'made.ts\n');
    write('.lacunaignore', 'private/\n');
    write('made.ts', 'hidden();\n');
    write('private/a.ts', 'hidden();\n');
    writeFileSync(path.join(tmpdir(), 'lacuna-outside.ts'), 'hidden();\n');
    const { client, whole, sources } = await (async () => {
      const server = await serve();
      const files = ['.env', 'made.ts', 'private/a.ts', '../lacuna-outside.ts', 'none.ts', 'src'];
      const asked = await server.ask(files.map((file) => `@file:${file}`).join(' '));
      return { ...server, ...asked };
    })();
    assert.ok(!whole.includes('hidden'));
    assert.deepEqual(
      sources.map(
        ({ note = '' }) =>
          /hold secrets|gitignore|lacunaignore|no file|no such file/i.exec(note)?.[0],
      ),
      ['hold secrets', 'gitignore', 'lacunaignore', 'no file', 'no such file', 'no file'],
    );
    const items = await client.request<MentionItem[]>(chatRequests.mentions, { query: 'file:a' });
    assert.deepEqual(
      items.map(({ mention }) => mention).filter((each) => /made|private|env/.test(each)),
      [],
    );
    rmSync(path.join(tmpdir(), 'lacuna-outside.ts'));
  });

  it('replace secrets, and say how many', async () => {
    const secret = madeUpSecrets['GitHub token'] ?? '';
    write('src/main.ts', `const key = '${secret}';\n`);
    const { ask } = await serve();
    const { whole, sources } = await ask(`Is ${secret} in @file:src/main.ts?`);
    assert.ok(secret !== '' && !whole.includes(secret));
    assert.match(whole, /Is \[redacted\] in/);
    assert.match(whole, /\[redacted\]/);
    assert.deepEqual(noted(sources), [['src/main.ts', 'A secret was replaced.']]);
  });

  it('show the lines that are selected, or the function around the cursor', async () => {
    const { client, ask } = await serve();
    await client.open(uri('src/shapes.ts'), 'typescript', shapes);
    const at = (line: number, character: number) => ({ line, character });
    const place = (start: ReturnType<typeof at>, end = start) => ({
      ...{ uri: uri('src/shapes.ts'), selection: { start, end } },
    });
    const selected = await ask('@selection?', place(at(4, 10), at(5, 1)));
    assert.deepEqual(selected.sources[0]?.lines, { first: 4, last: 5 });
    const around = await ask('@selection?', place(at(9, 4)));
    assert.match(around.prompt, /lines 9 to 11:\n```typescript\nexport function perimeter/);
    assert.match((await ask('@selection?')).sources[0]?.note ?? '', /No document is open/);
  });

  it('show definitions by name, also inside of classes, where they stand now', async () => {
    const { client, ask, indexed } = await serve();
    await indexed('perimeter');
    await client.open(uri('src/shapes.ts'), 'typescript', `// One more line.\n\n${shapes}`);
    const { prompt, sources } = await ask(
      '@symbol:perimeter and @symbol:Circle.area, not @symbol:none',
    );
    assert.match(
      prompt,
      /perimeter in src\/shapes\.ts, lines 11 to 13:\n```typescript\nexport function/,
    );
    assert.match(
      prompt,
      /Circle\.area in src\/shapes\.ts, lines 6 to 8:\n```typescript\n {2}area\(\)/,
    );
    assert.match(sources[2]?.note ?? '', /No definition of that name/);
  });

  it('show what the editor finds wrong, the worst of the document in front first', async () => {
    const { client, ask } = await serve();
    await client.open(uri('src/main.ts'), 'typescript', 'let a = ;\nlet b;\n');
    const problem = (name: string, line: number, severity: EditorProblem['severity']) => ({
      ...{ uri: uri(name), line, severity, message: `${severity} of\n${name}`, source: 'ts' },
    });
    const place = {
      uri: uri('src/main.ts'),
      selection: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
    };
    const problems = [
      problem('src/shapes.ts', 3, 'error'),
      problem('src/main.ts', 1, 'hint'),
      problem('src/main.ts', 0, 'error'),
      problem('.env', 0, 'error'),
    ];
    const { prompt, sources } = await ask('@problems', { ...place, problems });
    assert.match(
      prompt,
      /src\/main\.ts:1: error \(ts\): error of src\/main\.ts\n {4}let a = ;\nsrc\/main\.ts:2: hint[^]*src\/shapes\.ts:4: error[^]*area\(\)/,
    );
    assert.deepEqual(noted(sources), [['problems', '1 more are left out.']]);
    // Without the editor's own, what does not parse.
    assert.match((await ask('@problems', place)).prompt, /main\.ts:1: error \(syntax\)/);
    assert.match(
      (await ask('@problems', { ...place, problems: [] })).sources[0]?.note ?? '',
      /Nothing/,
    );
  });

  it('show what has changed in the working tree, but not of files that the gate keeps out', async () => {
    git('init', '-q');
    write('.env', 'A=1\n');
    git('add', '-A', '-f');
    git('commit', '-qm', 'first');
    write('src/main.ts', 'changed();\n');
    write('.env', 'A=hidden\n');
    write('src/new.ts', 'fresh();\n');
    const { ask } = await serve();
    const { prompt, sources } = await ask('Review @diff');
    assert.match(
      prompt,
      /working tree changes:\n```diff\ndiff --git a\/src\/main\.ts[^]*\+changed\(\);/,
    );
    assert.match(prompt, /new file src\/new\.ts/);
    assert.ok(!prompt.includes('hidden'));
    assert.match(sources[0]?.note ?? '', /1 files are left out/);
    git('checkout', '-q', '.');
    rmSync(path.join(folder, 'src/new.ts'));
    assert.match((await ask('@diff')).sources[0]?.note ?? '', /Nothing has changed/);
  });

  it('run no program in a workspace that is not trusted, and read nothing in it', async () => {
    git('init', '-q');
    const { ask } = await serve({ workspaceTrusted: false });
    const { sources } = await ask('@diff @file:src/main.ts @repo');
    assert.match(
      sources.map(({ note }) => note).join(' '),
      /not trusted[^]*not trusted[^]*Nothing/,
    );
  });

  it('answer from the workspace: the definitions and notes that fit, by name', async () => {
    write(
      'docs/build.md',
      '# Building\n\nRun the frobnicator twice.\n\n# Other\n\nNothing here.\n',
    );
    for (let n = 0; n < 30; n++)
      write(`src/other${n}.ts`, `export function other${n}() {\n  return ${n};\n}\n`);
    const { ask, indexed } = await serve();
    await indexed('other29');
    await indexed('perimeter');
    const { prompt, sources } = await ask('How is the perimeter of a circle computed? @repo');
    assert.equal(sources[0]?.label, 'src/shapes.ts');
    assert.match(prompt, /src\/shapes\.ts, lines 1 to 11:[^]*2 \* Math\.PI \* circle\.radius/);
    const notes = await ask('What does the frobnicator do? @repo');
    assert.equal(notes.sources[0]?.label, 'docs/build.md');
    assert.match(notes.prompt, /Run the frobnicator twice/);
    assert.ok(notes.sources.some(({ label }) => label === 'repository map'));
    // What changes is read again.
    write('docs/build.md', 'Run the defenestrator.\n');
    assert.match((await ask('And the defenestrator? @repo')).prompt, /Run the defenestrator/);
  });

  it('begin every prompt with what is pinned, as it is now', async () => {
    const { client, chat, id, ask } = await serve();
    const pinned = await client.request<Conversation>(chatRequests.pin, {
      ...{ conversation: id, mentions: ['@file:src/main.ts'] },
    });
    assert.deepEqual(pinned.pinned, ['@file:src/main.ts']);
    const first = await ask('Why?');
    assert.ok(first.whole.indexOf('new Circle(1)') < first.whole.indexOf('User: Why?'));
    assert.deepEqual(
      first.sources.map(({ label, pinned: pin }) => [label, pin]),
      [['src/main.ts', true]],
    );
    write('src/main.ts', 'later();\n');
    const second = await ask('And? @file:src/main.ts');
    assert.ok(second.whole.includes('later()') && !second.whole.includes('new Circle(1)'));
    assert.equal(second.sources.length, 1);
    assert.equal((await chat.open(id)).turns.length, 2);
  });

  it('are completed: kinds, files by letters of their path, definitions by letters of their name', async () => {
    const { client, indexed } = await serve();
    await indexed('perimeter');
    await client.open(uri('src/main.ts'), 'typescript', '');
    const complete = async (query: string) =>
      (await client.request<MentionItem[]>(chatRequests.mentions, { query })).map(
        ({ mention }) => mention,
      );
    const kinds = ['@file:', '@symbol:', '@selection', '@problems', '@diff', '@repo'];
    assert.deepEqual(await complete(''), [...kinds, '@file:src/main.ts']);
    assert.deepEqual((await complete('d')).slice(0, 2), ['@diff', '@file:"docs/my notes.md"']);
    assert.deepEqual(await complete('file:shap'), ['@file:src/shapes.ts']);
    assert.equal((await complete('symbol:per'))[0], '@symbol:perimeter');
    assert.equal((await complete('symbol:area'))[0], '@symbol:Circle.area');
    assert.ok((await complete('perim')).includes('@symbol:perimeter'));
  });
});
