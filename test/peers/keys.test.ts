/** Users of other tools: "Tab fights with indentation and the list", "let me accept a word, or a line, in any editor". */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../native/addons.js';
import { serverUnderTest } from '../protocol/in-process.js';
import { ScriptedEngine } from '../support/scripted-engine.js';
import { opened } from './accept.js';

interface Keybinding {
  readonly key: string;
  readonly mac?: string;
  readonly when?: string;
}

describe('keys', () => {
  const { start, dispose } = serverUnderTest();
  afterEach(dispose);

  it('that indent, or choose from a list, are left alone where somebody writes: no Tab, no Enter, no arrow, no Escape', () => {
    const manifest = readFileSync(path.join(packageRoot, 'package.json'), 'utf8');
    const { contributes } = JSON.parse(manifest) as {
      contributes: { keybindings: readonly Keybinding[] };
    };
    const bare = /^(?:shift\+)?(?:tab|enter|escape|up|down|left|right|space)$/;
    // An edit is reviewed in a document of its own, which nobody writes in.
    const writing = contributes.keybindings.filter(
      ({ when = '' }) => !when.startsWith('resourceScheme == lacuna-review && '),
    );
    assert.ok(writing.length > 3);
    for (const { key, mac } of writing)
      for (const each of [key, mac ?? key]) assert.doesNotMatch(each, bare);
  });

  /** Accepts pieces of what is offered as an editor does that inserts them by itself; the rest is asked for each time. */
  async function inPieces(marked: string, answer: string, piece: RegExp): Promise<string[]> {
    const engine = new ScriptedEngine({ answer });
    const server = start(engine);
    const { uri, position } = await opened(server, marked);
    const pieces: string[] = [];
    let at = position;
    for (let version = 2; ; version++) {
      const { items } = await server.client.inlineComplete(uri, at, 2);
      const rest = items[0]?.insertText as string | undefined;
      if (rest === undefined) break;
      const accepted = piece.exec(rest)?.[0] ?? rest;
      pieces.push(accepted);
      await server.client.change(uri, version, [{ range: { start: at, end: at }, text: accepted }]);
      const lines = accepted.split(/\r\n|\n/);
      const character = lines.at(-1)!.length + (lines.length > 1 ? 0 : at.character);
      at = { line: at.line + lines.length - 1, character };
      if (accepted === rest) break;
    }
    assert.equal(engine.greedy.length, 1, 'the rest is not asked of the model again');
    return pieces;
  }

  it('accept word by word in any editor, the rest staying on offer without the model', async () => {
    assert.deepEqual(await inPieces('const x = █\n', 'alpha + beta(2);', /^\s*\S+/), [
      'alpha',
      ' +',
      ' beta(2);',
    ]);
  });

  it('accept line by line in any editor, with the line ends of the document', async () => {
    const marked = 'function f() {\r\n  █\r\n}\r\n';
    assert.deepEqual(await inPieces(marked, 'a();\n  b();\n  c();\n}', /^[^\r\n]*(?:\r\n)?/), [
      'a();\r\n',
      '  b();\r\n',
      '  c();',
    ]);
  });
});
