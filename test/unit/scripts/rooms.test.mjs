import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../../scripts/lib/paths.mjs';
import { filesUnder } from '../../../scripts/lib/stamp.mjs';

/** Which rooms each room may import, itself aside, and which packages. docs/architecture.md draws the same. */
const rooms = {
  'client/chat/page': {
    rooms: ['protocol', 'client', 'l10n'],
    packages: ['markdown-it', 'dompurify', 'highlight.js'],
  },
  client: { rooms: ['protocol'], packages: ['vscode', 'vscode-languageclient', 'diff'] },
  protocol: { rooms: [], packages: [] },
  'server/cli': {
    rooms: [
      'protocol',
      'server/lsp',
      'server/bench',
      'server/eval',
      'server/web',
      'server/context/snippets',
      'server/context/syntax',
      'server/context/index',
      'server/context/retrieval',
      'server/completion',
      'server/chat',
      'server/refactor',
      'server/prompt',
      'server/models',
      'server/statistics',
      'server/provenance',
      'server/engine',
    ],
    packages: ['commander', 'vscode-languageserver', 'vscode-languageserver-textdocument'],
  },
  'server/lsp': {
    rooms: [
      'protocol',
      'server/context/syntax',
      'server/context/index',
      'server/context/retrieval',
      'server/context/snippets',
      'server/completion',
      'server/chat',
      'server/refactor',
      'server/prompt',
      'server/statistics',
      'server/provenance',
      'server/engine',
    ],
    packages: ['vscode-languageserver', 'vscode-languageserver-textdocument'],
  },
  'server/bench': { rooms: ['server/chat', 'server/prompt', 'server/engine'], packages: [] },
  'server/eval': {
    rooms: [
      'server/bench',
      'server/refactor',
      'server/context/index',
      'server/context/snippets',
      'server/context/syntax',
      'server/completion',
      'server/prompt',
      'server/provenance',
      'server/engine',
    ],
    packages: ['vscode-languageserver-textdocument'],
  },
  'server/web': {
    rooms: ['protocol'],
    packages: ['vscode-languageserver', 'vscode-languageserver-textdocument'],
  },
  'server/chat': {
    rooms: [
      'protocol',
      'server/context/index',
      'server/context/retrieval',
      'server/context/snippets',
      'server/context/syntax',
      'server/prompt',
      'server/provenance',
      'server/engine',
      'server/state',
    ],
    packages: ['markdown-it', 'vscode-languageserver-textdocument'],
  },
  'server/refactor': {
    rooms: [
      'protocol',
      'server/chat',
      'server/context/syntax',
      'server/prompt',
      'server/provenance',
      'server/engine',
    ],
    packages: ['diff', 'vscode-languageserver-textdocument'],
  },
  'server/state': { rooms: [], packages: [] },
  'server/statistics': { rooms: ['protocol', 'server/state'], packages: [] },
  'server/models': { rooms: ['protocol', 'server/engine'], packages: [] },
  'server/completion': {
    rooms: [
      'server/context/snippets',
      'server/context/syntax',
      'server/prompt',
      'server/provenance',
      'server/engine',
    ],
    packages: ['vscode-languageserver-textdocument'],
  },
  'server/provenance': { rooms: [], packages: ['ignore'] },
  'server/prompt': { rooms: ['server/engine'], packages: ['@huggingface/jinja'] },
  'server/context/snippets': {
    rooms: ['server/context/syntax', 'server/context/index', 'server/prompt', 'server/provenance'],
    packages: [],
  },
  'server/context/retrieval': { rooms: ['server/context/syntax'], packages: ['minisearch'] },
  'server/context/syntax': { rooms: [], packages: ['web-tree-sitter'] },
  'server/context/index': {
    rooms: ['server/context/syntax', 'server/provenance'],
    packages: [],
  },
  'server/engine': { rooms: [], packages: ['@huggingface/tokenizers'] },
};

const roomOf = (file) =>
  Object.keys(rooms).find((room) => file.startsWith(`${room}/`)) ?? path.dirname(file);
const packageOf = (name) =>
  name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');

/** Every module a TypeScript file names in an import or export. */
function imports(file) {
  const text = readFileSync(path.join(root, file), 'utf8');
  return [...text.matchAll(/(?:\bfrom |^import |\bimport\()'([^']+)'/gm)].map((match) => match[1]);
}

describe('rooms', () => {
  const files = filesUnder(['client', 'protocol', 'server'], (file) => file.endsWith('.ts'));

  it('hold every file', () => {
    assert.ok(files.length > 50);
    assert.deepEqual(
      files.filter((file) => !(roomOf(file) in rooms)),
      [],
    );
  });

  for (const [room, allowed] of Object.entries(rooms))
    it(`${room} imports only what the direction of dependencies allows`, () => {
      const strays = [];
      for (const file of files.filter((each) => roomOf(each) === room))
        for (const name of imports(file)) {
          if (name.startsWith('node:')) continue;
          const target = roomOf(path.posix.join(path.posix.dirname(file), name));
          const fine = name.startsWith('.')
            ? target === room || allowed.rooms.includes(target)
            : allowed.packages.includes(packageOf(name));
          if (!fine) strays.push(`${file} imports ${name}`);
        }
      assert.deepEqual(strays, []);
    });

  it('plan prompts of documents only where the provenance gate is asked', () => {
    // Benchmarks make up their documents.
    const planners = files.filter(
      (file) =>
        !/^server\/(prompt|bench)\//.test(file) &&
        imports(file).some((name) => name.endsWith('/prompt/fim-plan.js')),
    );
    assert.ok(planners.length > 0);
    const unasked = (file) =>
      !/gate\.(document|snippet)\(/.test(readFileSync(path.join(root, file), 'utf8'));
    assert.deepEqual(planners.filter(unasked), []);
  });

  /** Every header a C++ or CUDA file includes. */
  const includes = (file) =>
    [...readFileSync(path.join(root, file), 'utf8').matchAll(/^\s*#include\s*[<"]([^>"]+)/gm)].map(
      (match) => match[1],
    );
  const sources = (place) => filesUnder([place], (file) => /\.(cc|h|cu|cuh)$/.test(file));

  it('kernels include kernels alone, and only ptx.h knows of the emulated device', () => {
    const own = new Set(sources('kernels').map((file) => path.basename(file)));
    const strays = sources('kernels').flatMap((file) =>
      includes(file)
        .filter((name) => !own.has(name) && name !== 'stdint.h')
        .map((name) => `${file} includes ${name}`),
    );
    assert.deepEqual(strays, ['kernels/ptx.h includes emulated_ptx.h']);
  });

  it('no room but the loader and the addon knows which devices there are', () => {
    const strays = sources('native')
      .filter(
        (file) => !/^native\/(cuda|addon|testing)\/|^native\/runtime\/load(_cuda)?\./.test(file),
      )
      .filter((file) => includes(file).some((name) => name.startsWith('cuda/')));
    assert.deepEqual(strays, []);
  });

  it('what drives a GPU knows of models, kernels and nothing above', () => {
    const kernels = new Set(sources('kernels').map((file) => path.basename(file)));
    const strays = sources('native/cuda').flatMap((file) =>
      includes(file)
        .filter((name) => name.includes('/') || name.endsWith('.h'))
        .filter((name) => !/^(cuda|format|model)\//.test(name) && !kernels.has(name))
        .filter((name) => name !== 'dlfcn.h')
        .map((name) => `${file} includes ${name}`),
    );
    assert.deepEqual(strays, []);
  });

  it("the GPU's folders know those below them, and not those above", () => {
    const order = ['driver', 'weights', 'layers', ''];
    const levelOf = (file) => order.indexOf(/cuda\/(?:(\w+)\/)?\w+\.\w+$/.exec(file)?.[1] ?? '');
    const strays = sources('native/cuda').flatMap((file) =>
      includes(file)
        .filter((name) => name.startsWith('cuda/') && levelOf(name) > levelOf(file))
        .map((name) => `${file} includes ${name}`),
    );
    assert.deepEqual(strays, []);
  });

  it('native code below the addon knows nothing of Node', () => {
    const below = filesUnder(['native'], (file) => /\.(cc|h)$/.test(file)).filter(
      (file) => !/^native\/(addon|testing)\//.test(file),
    );
    const strays = below.filter((file) =>
      /#include\s*[<"](napi|node_api|addon\/)/.test(readFileSync(path.join(root, file), 'utf8')),
    );
    assert.deepEqual(strays, []);
  });
});
