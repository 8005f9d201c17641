import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { editorEnvironment, installed, marked, onCommandLine, root } from './hole.js';
import { sourceHole } from './source-hole.js';
import { until } from './until.js';

const title = installed('nvim')
  ? 'Neovim'
  : 'Neovim (not tried: install it with apt-get install neovim)';

(installed('nvim') ? describe : describe.skip)(title, function () {
  this.timeout(120_000);
  const hole = marked(sourceHole);
  let folder: string;
  let socket: string;
  let file: string;
  let env: NodeJS.ProcessEnv;
  let editor: ChildProcess;

  /** Value of a Vim expression in the running editor; empty while it does not listen. */
  const ask = (expression: string): string => {
    const call = ['--server', socket, '--remote-expr', expression];
    const { stdout, stderr } = spawnSync('nvim', call, { env, encoding: 'utf8', timeout: 10_000 });
    // Neovim 0.7 answers on the one, later versions on the other.
    return (stdout + stderr).trim();
  };
  /** Types keys into the running editor, in Vim's notation. */
  const type = (keys: string) =>
    execFileSync('nvim', ['--server', socket, '--remote-send', keys], { env, timeout: 10_000 });

  this.beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'lacuna-neovim-'));
    socket = path.join(folder, 'nvim.sock');
    file = path.join(folder, 'count.ts');
    env = editorEnvironment(folder);
    writeFileSync(file, hole.text);
    const configuration = path.join(root, 'editors/neovim.lua');
    editor = spawn(
      'nvim',
      [
        ...['--headless', '-u', 'NONE', '--listen', socket, '-c', 'filetype plugin on'],
        ...['-c', `luafile ${configuration}`, '-c', `edit ${file}`],
      ],
      { env, stdio: 'ignore' },
    );
    const attached = 'luaeval("#vim.tbl_values(vim.lsp.buf_get_clients(0))")';
    await until('Neovim to attach its client', 30_000, () => ask(attached) === '1');
  });

  this.afterAll(() => {
    editor.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  it('puts the same text into the file as the command line, by its completion key', async () => {
    type(`:call cursor(${hole.line}, ${hole.column})<CR>A`);
    const line = hole.before.slice(hole.before.lastIndexOf('\n') + 1);
    await until('a completed line', 60_000, () => {
      if (ask('getline(".")') !== line.trim()) return true;
      // The first request may come while the model still loads.
      type('<C-x><C-o>');
      return false;
    });
    type('<Esc>:write<CR>');
    const saved = await until('the saved file', 10_000, () => {
      const text = readFileSync(file, 'utf8');
      return text !== hole.text && text;
    });
    assert.equal(saved, hole.before + onCommandLine('count.ts', hole) + hole.after);
  });
});
