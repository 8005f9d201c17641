import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { installed, marked, onCommandLine, root } from './hole.js';
import { NeovimSession } from './neovim-session.js';
import { sourceHole } from './source-hole.js';
import { until } from './until.js';

const title = installed('nvim')
  ? 'Neovim'
  : 'Neovim (not tried: install it with apt-get install neovim)';

(installed('nvim') ? describe : describe.skip)(title, function () {
  this.timeout(120_000);
  const hole = marked(sourceHole);
  const line = hole.before.slice(hole.before.lastIndexOf('\n') + 1);
  const inlines = installed('nvim') && hasInlineCompletion();
  let editor: NeovimSession;

  afterEach(() => {
    editor.close();
  });

  const menu = inlines ? it.skip : it;
  const by = inlines
    ? 'completion key (not tried: this Neovim shows ghost text)'
    : 'completion key';
  menu(`puts the same text into the file as the command line, by its ${by}`, async () => {
    const configuration = path.join(root, 'editors/neovim.lua');
    editor = NeovimSession.start('count.ts', hole.text, [`luafile ${configuration}`]);
    await editor.attached();
    editor.type(`:call cursor(${hole.line}, ${hole.column})<CR>A`);
    await editor.typeUntil('a completed line', '<C-x><C-o>', () => {
      return editor.ask('getline(".")') !== line.trim();
    });
    assert.equal(await editor.saved(), hole.before + onCommandLine('count.ts', hole) + hole.after);
  });

  const own = inlines ? describe : describe.skip;
  own(
    `with its own inline completion${inlines ? '' : ' (not tried: it wants Neovim 0.12)'}`,
    () => {
      const before = marked(sourceHole.replace('.█', '█'));
      const ghost = () =>
        editor.ask(
          `luaeval("table.concat(vim.tbl_map(function(mark) return (mark[4].virt_text or {{''}})[1][1] end, vim.api.nvim_buf_get_extmarks(0, vim.api.nvim_create_namespace('nvim.lsp.inline_completion'), 0, -1, {details = true})))")`,
        );

      it('shows the text of the command line, and Tab takes it', async () => {
        editor = NeovimSession.start('count.ts', before.text, [
          `luafile ${path.join(root, 'editors/neovim.lua')}`,
          `lua vim.lsp.config('lacuna', { init_options = { confidence = 'off' } })`,
        ]);
        await editor.attached();
        editor.type(`:call cursor(${before.line}, ${before.column})<CR>A`);
        await editor.typeUntil('ghost text', '<Esc>:silent! undo<CR>A.', () => ghost() !== '');
        const text = onCommandLine('count.ts', hole);
        assert.ok(text.startsWith(ghost()), `${ghost()} begins ${text}`);
        editor.type('<Tab>');
        assert.equal(await editor.saved(), hole.before + text + hole.after);
      });
    },
  );

  describe('with ghost text', () => {
    const typed = '.';
    const before = marked(sourceHole.replace(`${typed}█`, '█'));
    const ghost = () => editor.ask('luaeval("Ghost.text() or \'\'")');
    /** What stands on the screen as ghost text. */
    const drawn = () =>
      editor.ask(
        `luaeval("table.concat(vim.tbl_map(function(mark) return mark[4].virt_text[1][1] end, vim.api.nvim_buf_get_extmarks(0, vim.api.nvim_get_namespaces().lacuna, 0, -1, {details = true})))")`,
      );

    beforeEach(async () => {
      const file = path.join(root, 'editors/neovim-ghost.lua');
      editor = NeovimSession.start('count.ts', before.text, [
        // Whole texts, as the command line gives them: the embedded model is seldom sure of so many tokens.
        `lua Ghost = dofile('${file}').setup({ settings = { confidence = 'off' } })`,
      ]);
      await editor.attached();
      editor.type(`:call cursor(${before.line}, ${before.column})<CR>A`);
      await editor.typeUntil('ghost text', `<Esc>:silent! undo<CR>A${typed}`, () => ghost() !== '');
    });

    it('shows the text of the command line behind the cursor, and Tab takes it', async () => {
      const text = onCommandLine('count.ts', hole);
      assert.equal(ghost(), text);
      assert.equal(drawn(), text);
      editor.type('<Tab>');
      assert.equal(await editor.saved(), hole.before + text + hole.after);
      assert.equal(ghost(), '');
    });

    it('keeps what agrees with what is typed, and takes the next word', async () => {
      const text = ghost();
      editor.type(text.slice(0, 2));
      await until('the rest of the ghost text', 10_000, () => ghost() === text.slice(2));
      editor.type('<M-Right>');
      const word = /^\s*(\w+|[^\w\s]+)/.exec(text.slice(2))?.[0] ?? '';
      await until('the rest behind the word', 10_000, () => {
        return editor.ask('getline(".")').endsWith(text.slice(0, 2) + word);
      });
      assert.equal(await editor.saved(), hole.before + text.slice(0, 2) + word + hole.after);
    });

    it('drops it by its key, and leaves the file alone', async () => {
      editor.type('<C-]>');
      await until('the ghost text to go', 10_000, () => ghost() === '');
      assert.equal(await editor.saved(), hole.text);
    });
  });
});

function hasInlineCompletion(): boolean {
  const version = execFileSync('nvim', ['--version'], { encoding: 'utf8', timeout: 10_000 });
  const [, major = 0, minor = 0] = /v(\d+)\.(\d+)/.exec(version)?.map(Number) ?? [];
  return major > 0 || minor >= 12;
}
