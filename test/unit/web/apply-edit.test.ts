import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { applyToFiles } from '../../../server/web/apply-edit.js';
import { inFolder } from '../../support/run-cli.js';

const at = (line: number, character: number) => ({ line, character });
const uriOf = (...parts: string[]) => pathToFileURL(path.join(...parts)).href;
const replaceFirstLine = (uri: string, newText: string) => ({
  textDocument: { uri, version: null },
  edits: [{ range: { start: at(0, 0), end: at(1, 0) }, newText }],
});

describe('edits of the chat page on disk', () => {
  it('change the lines that are named and no other byte', () =>
    inFolder({ 'a.ts': 'one\r\ntwo 😈\r\n\tthree' }, async (folder) => {
      chmodSync(path.join(folder, 'a.ts'), 0o640);
      const edit = { documentChanges: [replaceFirstLine(uriOf(folder, 'a.ts'), 'ONE\r\n')] };
      assert.deepEqual(await applyToFiles({ edit }, folder), { applied: true });
      assert.equal(readFileSync(path.join(folder, 'a.ts'), 'utf8'), 'ONE\r\ntwo 😈\r\n\tthree');
      assert.equal(statSync(path.join(folder, 'a.ts')).mode & 0o777, 0o640);
      assert.deepEqual(readdirSync(folder), ['a.ts']);
    }));

  it('create a file', () =>
    inFolder({}, async (folder) => {
      const uri = uriOf(folder, 'a.test.ts');
      const insert = { range: { start: at(0, 0), end: at(0, 0) }, newText: 'it();\n' };
      const documentChanges = [
        { kind: 'create' as const, uri },
        { textDocument: { uri, version: null }, edits: [insert] },
      ];
      assert.deepEqual(await applyToFiles({ edit: { documentChanges } }, folder), {
        applied: true,
      });
      assert.equal(readFileSync(path.join(folder, 'a.test.ts'), 'utf8'), 'it();\n');
    }));

  it('touch nothing outside the folder, by a link neither', () =>
    inFolder({ 'secret.txt': 'old\n' }, async (outside) => {
      const folder = path.join(outside, 'project');
      mkdirSync(folder);
      symlinkSync(path.join(outside, 'secret.txt'), path.join(folder, 'link.txt'));
      symlinkSync(outside, path.join(folder, 'up'));
      for (const file of ['../secret.txt', 'link.txt', 'up/secret.txt']) {
        const edit = { documentChanges: [replaceFirstLine(uriOf(folder, file), 'new\n')] };
        const { applied, failureReason } = await applyToFiles({ edit }, folder);
        assert.equal(applied, false, file);
        assert.match(failureReason ?? '', /outside the folder/);
      }
      assert.equal(readFileSync(path.join(outside, 'secret.txt'), 'utf8'), 'old\n');
    }));

  it('say why nothing was applied', () =>
    inFolder({}, async (folder) => {
      const edit = { documentChanges: [replaceFirstLine(uriOf(folder, 'gone.ts'), 'x\n')] };
      const { applied, failureReason } = await applyToFiles({ edit }, folder);
      assert.equal(applied, false);
      assert.match(failureReason ?? '', /ENOENT/);
    }));
});
