-- Lacuna for Neovim: source this file from init.lua, e.g. dofile('/path/to/lacuna/editors/neovim.lua').
-- Neovim 0.12 shows ghost text (Tab accepts it); older versions offer the same text in the completion menu.

local cmd = { 'lacuna', 'lsp', '--stdio' }

-- The settings of docs and package.json without "lacuna.", e.g. { model = '~/models/DeepSeek-Coder-V2-Lite-Base-Q4_K_M.gguf' }.
-- An empty table would reach the server as a list.
local settings = vim.empty_dict()

local filetypes = {
  'c', 'cpp', 'cs', 'go', 'java', 'javascript', 'javascriptreact', 'lua', 'php', 'python',
  'ruby', 'rust', 'sh', 'typescript', 'typescriptreact',
}

local group = vim.api.nvim_create_augroup('lacuna', { clear = true })

if vim.lsp.config and vim.lsp.enable then
  -- Neovim ≥ 0.11.
  vim.lsp.config('lacuna', {
    cmd = cmd,
    filetypes = filetypes,
    root_markers = { '.git' },
    init_options = settings,
  })
  vim.lsp.enable('lacuna')
else
  -- Neovim 0.7 – 0.10: one server for all buffers.
  local client
  vim.api.nvim_create_autocmd('FileType', {
    group = group,
    pattern = filetypes,
    callback = function(event)
      client = client or vim.lsp.start_client({
        name = 'lacuna',
        cmd = cmd,
        root_dir = vim.fn.getcwd(),
        init_options = settings,
        on_exit = function() client = nil end,
      })
      if client then
        vim.lsp.buf_attach_client(event.buf, client)
        -- <C-x><C-o> asks for a completion.
        vim.bo[event.buf].omnifunc = 'v:lua.vim.lsp.omnifunc'
      end
    end,
  })
end

if vim.lsp.inline_completion then
  -- Neovim ≥ 0.12.
  vim.lsp.inline_completion.enable()
  vim.keymap.set('i', '<Tab>', function()
    if not vim.lsp.inline_completion.get() then return '<Tab>' end
  end, { expr = true, replace_keycodes = true, desc = 'Accept the completion' })
end
