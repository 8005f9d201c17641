import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { editorEnvironment, installed, marked, onCommandLine, root } from './hole.js';
import { sourceHole } from './source-hole.js';
import { until } from './until.js';

/** Where Debian puts ALE. */
const ale = '/usr/share/vim-ale';
const there = installed('vim') && existsSync(ale);
const title = there
  ? 'Vim with ALE'
  : 'Vim with ALE (not tried: install them with apt-get install vim vim-ale)';

/** Asks for a completion until one comes, writes the file, and ends. While a list of completions is open, lines change and change back. */
const driver = (line: number, column: number) => `
function! Ask(timer) abort
  if mode() !=# 'n'
    call feedkeys("\\<Esc>", 'n')
    return
  endif
  let g:tries += 1
  if getline('.') !=# g:before || g:tries > 120
    write
    qall!
  endif
  call feedkeys("A\\<C-x>\\<C-o>\\<Esc>", 'n')
endfunction
call cursor(${line}, ${column})
let g:before = getline('.')
let g:tries = 0
call timer_start(500, function('Ask'), {'repeat': 130})
`;

(there ? describe : describe.skip)(title, function () {
  this.timeout(120_000);

  it('puts the text of the command line into the file, as far as ALE takes any: up to its first bracket', async () => {
    const hole = marked(sourceHole);
    const folder = mkdtempSync(path.join(os.tmpdir(), 'lacuna-vim-'));
    try {
      const file = path.join(folder, 'count.ts');
      writeFileSync(file, hole.text);
      const configuration = path.join(folder, 'vimrc');
      writeFileSync(
        configuration,
        [
          'set nocompatible',
          `set runtimepath^=${ale}`,
          'filetype plugin on',
          "let g:ale_linters = {'typescript': ['lacuna']}",
          `source ${ale}/plugin/ale.vim`,
          `source ${path.join(root, 'editors/vim.vim')}`,
        ].join('\n'),
      );
      const drive = path.join(folder, 'drive.vim');
      writeFileSync(drive, driver(hole.line, hole.column));
      const env = editorEnvironment(folder);
      // Vim wants a terminal: script(1) gives it one.
      const command = `vim -N -u ${configuration} -S ${drive} ${file}`;
      const vim = spawn('script', ['-qec', command, '/dev/null'], { env, stdio: 'ignore' });
      try {
        await until('Vim to end', 100_000, () => vim.exitCode !== null);
      } finally {
        vim.kill('SIGKILL');
      }
      const text = onCommandLine('count.ts', hole);
      const taken = /^[^(]*/.exec(text)?.[0] ?? '';
      assert.equal(readFileSync(file, 'utf8'), hole.before + taken + hole.after);
    } finally {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    }
  });
});
