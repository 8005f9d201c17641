import assert from 'node:assert/strict';
import path from 'node:path';
import { installed, root } from './hole.js';
import { NeovimSession } from './neovim-session.js';
import type { ScriptedReply } from './scripted-server/script.js';
import { until } from './until.js';

const title = installed('nvim')
  ? 'Chat and edits in Neovim'
  : 'Chat and edits in Neovim (not tried: install it with apt-get install neovim)';

const source = `// Wörter 😀
export function sum(values: number[]): number {
\tlet total = 0;
\tfor (const value of values) total += value;
\treturn total;
}

export const other = 1;
`;
const shorter = source.replace(
  /\tlet total[^]*return total;/,
  '\treturn values.reduce((total, value) => total + value, 0);',
);
const block = (text: string): string => `\`\`\`typescript\n${text}\n\`\`\`\n`;
const reduced = block(
  'export function sum(values: number[]): number {\n  return values.reduce((total, value) => total + value, 0);\n}',
);

const replies: readonly ScriptedReply[] = [
  { when: 'What does it do?', answers: ['It **adds** numbers.\n'] },
  { when: 'Take your time', answers: ['one two three '.repeat(200), 'All done.'], tokenMs: 50 },
  { when: 'Write it shorter', answers: [`Like this:\n\n${reduced}\nThat is all.`] },
  { when: 'Explain', answers: ['It **adds**.'] },
  { when: 'better names', answers: ['subtotal\namount\nsumSoFar'] },
  { when: 'The change:', answers: ['Add the sum of numbers'] },
  { when: 'Task: ', answers: [reduced] },
];

(installed('nvim') ? describe : describe.skip)(title, function () {
  this.timeout(120_000);
  let editor: NeovimSession;

  // As JSON: of line ends in a row Neovim prints one.
  const text = (buffer = '%') => {
    const lines = editor.ask(`json_encode(getbufline("${buffer}", 1, "$"))`);
    return (JSON.parse(lines || '[]') as string[]).join('\n').trimEnd();
  };
  const file = () => text('sum.ts');
  const has = (what: string, check: () => boolean) => until(what, 30_000, check);
  /** What stands behind headings, in order. */
  const remarks = () =>
    editor.ask(
      `luaeval("table.concat(vim.tbl_map(function(mark) return (mark[4].virt_text or {{''}})[1][1] end, vim.api.nvim_buf_get_extmarks(0, vim.api.nvim_get_namespaces()['lacuna-chat'], 0, -1, {details = true})), '|')")`,
    );
  /** What the model was last asked; it is shown documents as well. */
  const asked = () => editor.prompts().findLast((prompt) => prompt.includes('User:')) ?? '';
  const openChat = async () => {
    editor.type(':LacunaChat<CR>');
    await has('the chat', () => editor.ask('bufname()').startsWith('lacuna://chat/'));
  };
  const send = (question: string) => {
    editor.type(`<Esc>Gi${question}<Esc><CR>`);
  };

  beforeEach(async () => {
    const chat = path.join(root, 'editors/neovim-chat.lua');
    const commands = [
      `luafile ${path.join(root, 'editors/neovim.lua')}`,
      `lua Chat = dofile('${chat}').setup()`,
      'set hidden',
      // Where no folder is a project, nothing but the document may be shown.
      'silent !git init -q .',
      // Whoever is asked to choose takes what simplifies. Since 0.10 an action has a name.
      `lua vim.ui.select = function(all, _, done) for _, each in ipairs(all) do if vim.startswith((each.action or each[2]).title, 'Simplify') then return done(each) end end end`,
    ];
    editor = NeovimSession.start('sum.ts', source, commands, replies);
    await editor.attached();
  });

  afterEach(() => {
    editor.close();
  });

  it('writes an answer below the question, and says what it has cost', async () => {
    await openChat();
    send('What does it do?');
    await has('the answer', () => /It \*\*adds\*\* numbers\.[^]*\n## You$/.test(text()));
    assert.match(
      text(),
      /^# New conversation\n\n## You\n\nWhat does it do\?\n\n## Lacuna\n\nIt \*\*adds\*\* numbers\.\n\n## You$/,
    );
    assert.match(remarks(), /\d+ of 16384 tokens/);
    assert.match(asked(), /User: What does it do\?/);
  });

  it('stops an answer, and gives another in its place', async () => {
    await openChat();
    send('Take your time');
    await has('some of the answer', () => text().includes('one two three'));
    editor.type(':LacunaStop<CR>');
    await has('its end', () => remarks().includes('stopped'));
    assert.ok(text().length < 2000, 'it should not have been written to its end');
    editor.type(':LacunaRetry<CR>');
    await has('another answer', () => /All done\.\n\n## You$/.test(text()));
    assert.doesNotMatch(text(), /one two three/);
    assert.equal(text().match(/## Lacuna/g)?.length, 1);
  });

  it('asks an earlier question anew as it stands now', async () => {
    await openChat();
    send('Take your time');
    await has('some of the answer', () => text().includes('one two three'));
    editor.type('<C-c>');
    await has('its end', () => remarks().includes('stopped'));
    editor.type('gg/Take<CR>ccWhat does it do?<Esc><CR>');
    await has('the answer', () => /adds\*\* numbers\.\n\n## You$/.test(text()));
    assert.equal(text().match(/## You/g)?.length, 2);
    assert.doesNotMatch(text(), /one two three/);
  });

  it('shows the range that a chat was opened with as @selection', async () => {
    editor.type(':3,4LacunaChat<CR>');
    await has('the chat', () => editor.ask('bufname()').startsWith('lacuna://chat/'));
    send('@selection What does it do?');
    await has('the answer', () => /numbers\.\n\n## You$/.test(text()));
    assert.match(asked(), /let total = 0;\n.*total \+= value/);
    assert.match(remarks(), /sum\.ts:3-4/);
  });

  it('completes what can be mentioned', async () => {
    await openChat();
    editor.type('Gi@sel<C-x><C-o>');
    await has('the mention', () => text().includes('@selection'));
  });

  it('puts a code block where it belongs, after it was looked at, as one step', async () => {
    editor.type(':call cursor(2, 20)<CR>');
    await openChat();
    send('Write it shorter');
    // A block can be applied when the answer is complete.
    await has('the answer', () => /That is all\.\n\n## You$/.test(text()));
    editor.type('gg/reduce<CR>:LacunaApply<CR>');
    await has('the diff', () => editor.ask('bufname()').startsWith('lacuna://edit/'));
    assert.match(text(), /^-\tlet total = 0;$/m);
    assert.match(text(), /^\+\treturn values\.reduce/m);
    assert.equal(file(), source.trimEnd());
    editor.type('<CR>');
    await has('the edit', () => file() !== source.trimEnd());
    assert.equal(file(), shorter.trimEnd());
    editor.type(':buffer sum.ts<CR>u');
    await has('the text as it was', () => file() === source.trimEnd());
  });

  it('rewrites the code at the cursor as told, without the hunks that were taken out', async () => {
    editor.type(':call cursor(4, 3)<CR>:LacunaEdit use reduce<CR>');
    await has('the diff', () => editor.ask('bufname()').startsWith('lacuna://edit/'));
    assert.match(asked(), /Task: .*use reduce/);
    editor.type('Gx');
    await has('a hunk that is left out', () => text().includes('(left out)'));
    editor.type('x');
    await has('the hunk again', () => !text().includes('(left out)'));
    editor.type('<CR>');
    await has('the edit', () => file() === shorter.trimEnd());
  });

  it('says what the code does, and has a name that was chosen taken by the language server', async () => {
    editor.type(':3,4LacunaExplain<CR>');
    await has('the text', () => text() === 'It **adds**.');
    assert.match(asked(), /let total = 0;/);
    editor.type(
      ':bwipe<CR>:lua vim.lsp.buf.rename = function(name) vim.g.renamed = name end; vim.ui.select = function(all, _, done) done(all[2]) end<CR>',
    );
    editor.type(':call cursor(3, 6)<CR>:LacunaNames<CR>');
    await has('the name', () => editor.ask('get(g:, "renamed", "")') === 'amount');
  });

  it('writes a commit message above the cursor', async () => {
    editor.type(':silent !git add sum.ts<CR>');
    editor.type(':new<CR>:LacunaCommitMessage<CR>');
    await has('the message', () => text() === 'Add the sum of numbers');
    assert.match(asked(), /\+export function sum/);
  });

  it('applies a code action, as one step', async () => {
    editor.type(':call cursor(2, 20)<CR>');
    // Before it has loaded there is no action.
    await has('the model', () => {
      if (editor.ask('get(g:, "available", 0)') === '1') return true;
      editor.type(
        ":lua vim.lsp.buf_request(0, 'lacuna/chat/availability', vim.empty_dict(), function(_, state) vim.g.available = state.available and 1 or 0 end)<CR>",
      );
      return false;
    });
    editor.type(':lua vim.lsp.buf.code_action()<CR>');
    await has('the edit', () => file() === shorter.trimEnd());
    editor.type('u');
    await has('the text as it was', () => file() === source.trimEnd());
  });
});
