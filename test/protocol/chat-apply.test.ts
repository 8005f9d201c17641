import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { chatRequests, type EditOutcome, type EditorPlace } from '../../protocol/index.js';
import { chatInfo } from '../support/chat-model.js';
import { ScriptedEngine } from '../support/scripted-engine.js';
import { ChatClient } from './chat-client.js';
import { serverUnderTest } from './in-process.js';

const fenced = (code: string, info = 'ts') => `Do this:\n\n\`\`\`${info}\n${code}\n\`\`\`\n`;

interface Case {
  readonly name: string;
  readonly file?: string;
  readonly before: string;
  readonly answer: string;
  /** The document with all hunks applied; or what the refusal says. */
  readonly after: string | RegExp;
}

/** `█` is the cursor; two of them, the ends of the selection. */
const cases: readonly Case[] = [
  {
    name: 'replaces the definition of the same name, and keeps what is around it',
    before:
      '// Top.\nimport a from "a";\n\nfunction one() {\n  return 1;\n}\n\nfunction two() {}\n█',
    answer: fenced('function one() {\n  return 11;\n}'),
    after:
      '// Top.\nimport a from "a";\n\nfunction one() {\n  return 11;\n}\n\nfunction two() {}\n',
  },
  {
    name: 'keeps an export that the block forgot',
    before: 'export function one(): number {\n  return 1;\n}\n█',
    answer: fenced('function one(): number {\n  return 2;\n}'),
    after: 'export function one(): number {\n  return 2;\n}\n',
  },
  {
    name: 'puts a method into its class, with the indentation and line ends of the document',
    before: 'class A {\r\n\tarea() {\r\n\t\treturn 1;\r\n\t}\r\n\r\n\tother() {}\r\n}\r\n█',
    answer: fenced('area() {\n    if (true) {\n        return 2;\n    }\n    return 3;\n}'),
    after:
      'class A {\r\n\tarea() {\r\n\t\tif (true) {\r\n\t\t\treturn 2;\r\n\t\t}\r\n\t\treturn 3;\r\n\t}\r\n\r\n\tother() {}\r\n}\r\n',
  },
  {
    name: 'replaces several definitions, adds new ones beside them, and imports among the others',
    before:
      "import { a } from './a';\nimport { b } from './b';\n\nfunction one() {}\n\nconst 間 = '😀';\n\nfunction two() {}\n█",
    answer: fenced(
      "import { a, c } from './a';\nimport d from 'd';\n\nfunction one() {\n  return helper();\n}\n\n/** Helps. */\nfunction helper() {}\n\nfunction two() {\n  return 2;\n}\n\none();",
    ),
    after:
      "import { a, c } from './a';\nimport { b } from './b';\nimport d from 'd';\n\nfunction one() {\n  return helper();\n}\n\n/** Helps. */\nfunction helper() {}\n\nconst 間 = '😀';\n\nfunction two() {\n  return 2;\n}\n",
  },
  {
    name: 'replaces comments by those that the block has, and keeps them where it has none',
    before: '/** Old. */\nfunction one() {}\n\n/** Stays. */\nfunction two() {}\n█',
    answer: fenced(
      '/** New. */\nfunction one() {\n  return 1;\n}\n\nfunction two() {\n  return 2;\n}',
    ),
    after:
      '/** New. */\nfunction one() {\n  return 1;\n}\n\n/** Stays. */\nfunction two() {\n  return 2;\n}\n',
  },
  {
    name: 'takes the definition that the cursor stands in, where several have the name',
    before:
      'class A {\n  run() {\n    return 1;█\n  }\n}\nclass B {\n  run() {\n    return 1;\n  }\n}\n',
    answer: fenced('run() {\n  return 9;\n}'),
    after:
      'class A {\n  run() {\n    return 9;\n  }\n}\nclass B {\n  run() {\n    return 1;\n  }\n}\n',
  },
  {
    name: 'replaces what is selected',
    before: 'const a = 1;\n█const b = 2;\nconst c = 3;█\nconst d = 4;\n',
    answer: fenced('const bc = [2, 3];'),
    after: 'const a = 1;\nconst bc = [2, 3];\nconst d = 4;\n',
  },
  {
    name: 'goes to the cursor where the document defines nothing of it',
    before: 'function one() {\n  const a = 1;\n  █\n  return a;\n}\n',
    answer: fenced('log(a);'),
    after: 'function one() {\n  const a = 1;\n  log(a);\n  return a;\n}\n',
  },
  {
    name: 'goes below the statement that the cursor stands in',
    before: 'function one() {█}\n\nfunction two() {}\n',
    answer: fenced('function three() {}'),
    after: 'function one() {}\n\nfunction three() {}\n\nfunction two() {}\n',
  },
  {
    name: 'goes right below it where it is a statement of its own',
    before: 'if (b) {\n  one(█);\n}\n',
    answer: fenced('two();'),
    after: 'if (b) {\n  one();\n  two();\n}\n',
  },
  {
    name: 'finds a method of Python, and indents it as that',
    file: 'a.py',
    before: 'class A:\n    def f(self):\n        return 1\n█',
    answer: fenced('def f(self):\n    return 2', 'python'),
    after: 'class A:\n    def f(self):\n        return 2\n',
  },
  {
    name: 'finds a decorated function of Python, and its own steps of indentation',
    file: 'a.py',
    before: 'import os\n\n@cached\ndef one(x):\n    return x\n\ndef two():\n    pass\n█',
    answer: fenced('@cached\ndef one(x):\n  if x:\n    return 1\n  return x', 'python'),
    after:
      'import os\n\n@cached\ndef one(x):\n  if x:\n    return 1\n  return x\n\ndef two():\n    pass\n',
  },
  {
    name: 'works by lines where there is no grammar',
    file: 'notes.txt',
    before: 'one\n█two█\nthree\n',
    answer: fenced('zwei', ''),
    after: 'one\nzwei\nthree\n',
  },
  {
    name: 'is refused where the block leaves code out',
    before: 'function one() {\n  return 1;\n}\n█',
    answer: fenced('function one() {\n  // ... existing code ...\n  return 2;\n}'),
    after: /leaves out code: \/\/ \.\.\. existing code/,
  },
  {
    name: 'is refused where it would not parse',
    before: 'function one() {\n  return 1;\n}\n█',
    answer: fenced('function two( {\n  return 2;\n}'),
    after: /does not parse/,
  },
  {
    name: 'is refused where the document has it already',
    before: 'function one() {\n  return 1;\n}\n█',
    answer: fenced('function one() {\n  return 1;\n}'),
    after: /has this code already/,
  },
  {
    name: 'is refused where a secret was hidden from the model',
    before: 'const key = 1;\n█',
    answer: fenced("const key = '[redacted]';"),
    after: /not shown/,
  },
  {
    name: 'is refused where there is no such block',
    before: '█',
    answer: 'None.',
    after: /no such block/,
  },
];

describe('language server: a block of an answer', () => {
  const { start, dispose } = serverUnderTest();
  let folder = '';
  const uri = (name: string): string => pathToFileURL(path.join(folder, name)).href;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'lacuna-apply-')));
  });
  afterEach(async () => {
    await dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  async function serve(answer: string) {
    const { client } = start(new ScriptedEngine({ answer, info: chatInfo() }));
    await client.initialize({ rootUri: pathToFileURL(folder).href });
    const chat = new ChatClient(client);
    const { id } = await chat.create();
    const apply = async (place?: EditorPlace, block = 0, question = 'How?') => {
      const turn = await chat.send(id, question);
      const params = { conversation: id, turn: turn.id, block, place };
      return client.request<EditOutcome>(chatRequests.apply, params);
    };
    return { client, apply };
  }

  const applied = (text: string, { proposal, refusal }: EditOutcome): string => {
    assert.ok(proposal, JSON.stringify(refusal));
    const document = TextDocument.create('file:///a', '', 0, text);
    const { hunks, range, oldText, newText } = proposal;
    assert.equal(document.getText(range), oldText);
    const edits = hunks.map((hunk) => ({ range: hunk.range, newText: hunk.newText }));
    const all = TextDocument.applyEdits(document, edits);
    assert.equal(all, TextDocument.applyEdits(document, [{ range, newText }]));
    return all;
  };

  for (const { name, file = 'a.ts', before, answer, after } of cases)
    it(name, async () => {
      const [head = '', middle = '', ...tail] = before.split('█');
      const text = head + middle + tail.join('');
      const document = TextDocument.create('', '', 0, text);
      const from = document.positionAt(head.length);
      const to = tail.length > 0 ? document.positionAt(head.length + middle.length) : from;
      const { client, apply } = await serve(answer);
      const language = { 'a.py': 'python', 'notes.txt': 'plaintext' }[file] ?? 'typescript';
      await client.open(uri(file), language, text, 7);
      const place = { uri: uri(file), selection: { start: from, end: to } };
      const outcome = await apply(place);
      if (after instanceof RegExp) {
        assert.match(outcome.refusal?.message ?? JSON.stringify(outcome), after);
        assert.ok(outcome.refusal?.remedy);
        return;
      }
      assert.equal(applied(text, outcome), after);
      assert.deepEqual([outcome.proposal?.version, outcome.proposal?.creates], [7, false]);
    });

  it('goes to the file that it names, although another one is in front', async () => {
    mkdirSync(path.join(folder, 'src'));
    const text = 'export const a = 1;\n\nexport function one() {}\n';
    writeFileSync(path.join(folder, 'src/named.ts'), text);
    for (const answer of [
      fenced('export function one() {\n  return 1;\n}', 'ts src/named.ts'),
      'In `src/named.ts`:\n```ts\nexport function one() {\n  return 1;\n}\n```',
      fenced('// src/named.ts\nexport function one() {\n  return 1;\n}'),
    ]) {
      const { client, apply } = await serve(answer);
      await client.open(uri('other.ts'), 'typescript', 'export function one() {}\n');
      const at = { line: 0, character: 0 };
      const outcome = await apply({ uri: uri('other.ts'), selection: { start: at, end: at } });
      assert.equal(outcome.proposal?.uri, uri('src/named.ts'));
      assert.equal(outcome.proposal.version, null);
      assert.match(applied(text, outcome), /^export const a = 1;\n\n[^]*return 1;\n\}\n$/);
      await dispose();
    }
  });

  it('goes to the file that the question mentioned, where nobody has one open', async () => {
    writeFileSync(path.join(folder, 'a.ts'), 'function one() {}\n');
    const { apply } = await serve(fenced('function one() {\n  return 1;\n}'));
    const outcome = await apply(undefined, 0, 'Mend @file:a.ts');
    assert.equal(applied('function one() {}\n', outcome), 'function one() {\n  return 1;\n}\n');
  });

  it('makes the file that it names, where there is none', async () => {
    const { apply } = await serve(fenced('export const a = 1;', 'ts src/fresh.ts'));
    const { proposal } = await apply();
    assert.deepEqual(
      [proposal?.uri, proposal?.creates, proposal?.newText],
      [uri('src/fresh.ts'), true, 'export const a = 1;\n'],
    );
    assert.ok(!existsSync(path.join(folder, 'src/fresh.ts')));
  });

  it('goes nowhere outside of the workspace, nor into files that the gate keeps out', async () => {
    for (const name of ['../outside.ts', '.env.ts', '/etc/passwd.ts']) {
      writeFileSync(path.join(folder, '.lacunaignore'), '.env.ts\n');
      const { apply } = await serve(fenced('export const a = 1;', `ts ${name}`));
      const outcome = await apply();
      assert.ok(outcome.refusal, name);
      await dispose();
    }
  });

  it('says where to put it where nothing tells', async () => {
    const { apply } = await serve(fenced('let a;'));
    assert.match((await apply()).refusal?.remedy ?? '', /Put the cursor there/);
  });

  it('counts blocks as a page does that shows the answer', async () => {
    const answer =
      'A `` ``` ``\n\n    ```\n    no\n    ```\n\n- item\n  ```ts\n  let a = 1;\n  ```\n\n~~~\nlet b;\n~~~';
    const { client, apply } = await serve(answer);
    await client.open(uri('a.ts'), 'typescript', '\n');
    const at = { line: 0, character: 0 };
    const place = { uri: uri('a.ts'), selection: { start: at, end: at } };
    assert.match(applied('\n', await apply(place, 0)), /let a = 1;/);
    assert.match(applied('\n', await apply(place, 1)), /let b;/);
    assert.ok((await apply(place, 2)).refusal);
  });
});
