/** Bugs of other tools: stop lists that cut comments, URLs and imports; sentinels that a document holds as text. */
import assert from 'node:assert/strict';
import { FIM_TOKENS } from '../support/fake-model-file.js';
import { ScriptedEngine } from '../support/scripted-engine.js';
import { serverUnderTest } from '../protocol/in-process.js';
import { check, opened } from './accept.js';

describe('a completion', () => {
  check([
    {
      name: 'is not cut at a comment',
      at: 'const x = █\n',
      says: 'f(); // why',
      gives: 'const x = f(); // why\n',
    },
    {
      name: 'is not cut at a URL',
      at: 'const x = █\n',
      says: '"https://example.org/src/a#b";',
      gives: 'const x = "https://example.org/src/a#b";\n',
    },
    {
      name: 'is not cut at a fence of Markdown, nor at a path with /src/',
      at: 'import a from █\n',
      says: "'../src/a.js'; // ```",
      gives: "import a from '../src/a.js'; // ```\n",
    },
    {
      name: 'is not cut inside a block at what looks like the head of a file',
      at: 'def f():\n    █\n',
      says: '# file: /src/a.py\n    return 1',
      gives: 'def f():\n    # file: /src/a.py\n    return 1\n',
      language: 'python',
    },
  ]);
});

describe('the prompt of a document', () => {
  const { start, dispose } = serverUnderTest();
  afterEach(dispose);

  it('stops a model at line ends alone', async () => {
    for (const marked of ['const x = █\n', 'function f() {\n  █\n}\n', 'f(█)']) {
      const engine = new ScriptedEngine({ answer: 'x' });
      const server = start(engine);
      const { uri, position } = await opened(server, marked);
      await server.client.inlineComplete(uri, position);
      for (const { options } of engine.requests)
        assert.deepEqual(
          (options.stop ?? []).filter((stop) => stop !== '\n'),
          [],
        );
      await server.dispose();
    }
  });

  it('holds sentinels that the document has as text, and no other special tokens than its own', async () => {
    const sentinels = FIM_TOKENS.join('');
    const engine = new ScriptedEngine({ answer: 'x' });
    const server = start(engine);
    const { uri, position } = await opened(server, `// ${sentinels}\na = █\n// ${sentinels}\n`);
    await server.client.inlineComplete(uri, position, 2);
    const { segments } = engine.greedy[0]!.plan;
    const special = segments.flatMap((each) => (each.kind === 'special' ? [each.token] : []));
    assert.deepEqual(special, ['bos', 'fimPrefix', 'fimSuffix', 'fimMiddle']);
    const text = segments.map((each) => (each.kind === 'text' ? each.text : '')).join('');
    assert.equal(text.split(sentinels).length, 3);
  });
});
