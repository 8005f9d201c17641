import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../../scripts/lib/paths.mjs';
import { filesUnder } from '../../../scripts/lib/stamp.mjs';

/** Which rooms each room may import, itself aside, and which packages. docs/architecture.md draws the same. */
const rooms = {
  client: { rooms: ['protocol'], packages: ['vscode', 'vscode-languageclient'] },
  protocol: { rooms: [], packages: [] },
  'server/cli': {
    rooms: [
      'protocol',
      'server/lsp',
      'server/bench',
      'server/completion',
      'server/models',
      'server/engine',
    ],
    packages: ['commander', 'vscode-languageserver-textdocument'],
  },
  'server/lsp': {
    rooms: ['protocol', 'server/completion', 'server/engine'],
    packages: ['vscode-languageserver', 'vscode-languageserver-textdocument'],
  },
  'server/bench': { rooms: ['server/prompt', 'server/engine'], packages: [] },
  'server/models': { rooms: ['server/engine'], packages: [] },
  'server/completion': {
    rooms: ['server/prompt', 'server/engine'],
    packages: ['vscode-languageserver-textdocument'],
  },
  'server/prompt': { rooms: ['server/engine'], packages: [] },
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
