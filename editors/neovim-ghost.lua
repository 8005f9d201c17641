-- Ghost text for Neovim 0.7 to 0.11, which cannot draw it themselves: dofile this file after neovim.lua's settings, or
-- instead of it. Neovim 0.12 needs only neovim.lua.
--
-- In insert mode: <Tab> takes all of it, <M-Right> a word, <M-Down> a line, <C-]> none; <M-]> and <M-[> show what else
-- could stand there, <M-\> asks for a suggestion. Call setup with other keys, or with false for none.

local M = {}

local namespace = vim.api.nvim_create_namespace('lacuna')
local group = vim.api.nvim_create_augroup('lacuna-ghost', { clear = true })
local client_id

-- What is on the screen: buffer, row and byte column (from 0) of the cursor, items as the server gave them, which of
-- them is shown, and how many bytes of its text have been typed since.
local shown
-- The request under way, and the position that it is for.
local pending

local AUTOMATIC, INVOKED = 2, 1

local function client() return client_id and vim.lsp.get_client_by_id(client_id) end

local function cursor()
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  return row - 1, column
end

local function clear()
  if shown and vim.api.nvim_buf_is_valid(shown.buffer) then
    vim.api.nvim_buf_clear_namespace(shown.buffer, namespace, 0, -1)
  end
  shown = nil
end

-- What is left to show of the item on the screen.
local function rest() return shown.items[shown.index].text:sub(shown.typed + 1) end

local function draw()
  vim.api.nvim_buf_clear_namespace(shown.buffer, namespace, 0, -1)
  local line = vim.api.nvim_buf_get_lines(shown.buffer, shown.row, shown.row + 1, false)[1]
  local behind = line:sub(shown.column + shown.items[shown.index].replaced + 1)
  local lines = vim.split(rest(), '\n', { plain = true })
  local first = { { lines[1], 'LacunaGhost' } }
  local below = {}
  for i = 2, #lines do below[i - 1] = { { lines[i], 'LacunaGhost' } } end
  -- What stands behind the cursor comes behind the text: an overlay would hide it.
  table.insert(below[#below] or first, { behind, 'Normal' })
  if #below > 0 then table.insert(first, { (' '):rep(vim.fn.strdisplaywidth(behind)), 'Normal' }) end
  vim.api.nvim_buf_set_extmark(shown.buffer, namespace, shown.row, shown.column, {
    virt_text = first,
    virt_text_pos = 'overlay',
    virt_lines = #below > 0 and below or nil,
    hl_mode = 'combine',
  })
end

-- Positions of the protocol count UTF-16 units, Neovim's bytes.
local function utf16_of(text) return select(2, vim.str_utfindex(text)) end

local function byte_of(line, utf16)
  return vim.str_byteindex(line, math.min(utf16, utf16_of(line)), true)
end

-- Items of the server as texts behind the cursor, with the bytes that they take the place of. Others are left out.
local function behind_cursor(result, row, column)
  local items = {}
  local line = vim.api.nvim_get_current_line()
  for _, item in ipairs(result and (result.items or result) or {}) do
    local range = item.range
    local here = not range or (range.start.line == row and byte_of(line, range.start.character) == column)
    if type(item.insertText) == 'string' and here then
      local replaced = range and byte_of(line, range['end'].character) - column or 0
      table.insert(items, { text = item.insertText, replaced = replaced })
    end
  end
  return items
end

local function notify(method, params)
  local server = client()
  if server then server.notify(method, params) end
end

-- Asks for what could stand at the cursor, and shows the item of this number where there are as many.
local function ask(kind, wanted)
  local server = client()
  if not server then return end
  if pending then server.cancel_request(pending.id) end
  local buffer = vim.api.nvim_get_current_buf()
  local row, column = cursor()
  local params = vim.lsp.util.make_position_params(0, 'utf-16')
  params.context = { triggerKind = kind }
  local request = {}
  local sent, id = server.request('textDocument/inlineCompletion', params, function(_, result)
    if pending ~= request then return end
    pending = nil
    local now_row, now_column = cursor()
    if vim.api.nvim_get_current_buf() ~= buffer or now_row ~= row or now_column ~= column then return end
    if not vim.fn.mode():find('^[iR]') then return end
    local items = behind_cursor(result, row, column)
    if #items == 0 then return clear() end
    local index = math.min(wanted or 1, #items)
    shown = { buffer = buffer, row = row, column = column, items = items, index = index, typed = 0 }
    draw()
    notify('textDocument/didShowCompletion', { item = { insertText = items[index].text } })
  end, buffer)
  if sent then
    request.id = id
    pending = request
  end
end

-- Somebody has typed: what agrees with the ghost text stays, and the server is asked for what comes next.
local function typed()
  local row, column = cursor()
  if shown and shown.row == row and column >= shown.column then
    local line = vim.api.nvim_get_current_line()
    local new = line:sub(shown.column + 1, column)
    if vim.startswith(rest(), new) and #new < #rest() then
      shown.typed, shown.column = shown.typed + #new, column
      draw()
    else
      clear()
    end
  else
    clear()
  end
  ask(AUTOMATIC)
end

-- Puts the first `length` bytes of the ghost text into the buffer.
local function take(length)
  if not shown then return false end
  local item, text = shown.items[shown.index], rest():sub(1, length)
  local all = #text == #rest()
  local row, column, buffer = shown.row, shown.column, shown.buffer
  local accepted = utf16_of(item.text:sub(1, shown.typed + #text))
  clear()
  local lines = vim.split(text, '\n', { plain = true })
  vim.api.nvim_buf_set_text(buffer, row, column, row, column + (all and item.replaced or 0), lines)
  local last = #lines == 1 and column + #text or #lines[#lines]
  vim.api.nvim_win_set_cursor(0, { row + #lines, last })
  if not all then
    local params = { item = { insertText = item.text }, acceptedLength = accepted }
    notify('textDocument/didPartiallyAcceptCompletion', params)
  end
  return true
end

function M.accept() return take(#(shown and rest() or '')) end

function M.accept_word()
  if not shown then return false end
  local text = rest()
  -- What stands in front of a word, and the word; or the signs up to the next one.
  local _, last = text:find('^%s*[%w_]+')
  if not last then _, last = text:find('^%s*[^%w_%s]+') end
  return take(last or #text)
end

function M.accept_line()
  if not shown then return false end
  local text = rest()
  return take((text:find('\n', 2, true) or #text + 1) - 1)
end

function M.dismiss()
  local had = shown ~= nil
  clear()
  return had
end

-- Shows the candidate `step` farther on; the server is asked for more than one where it has given one alone.
function M.cycle(step)
  if not shown then return false end
  if #shown.items == 1 or shown.typed > 0 then
    ask(INVOKED, 2)
  else
    shown.index = (shown.index - 1 + step) % #shown.items + 1
    draw()
  end
  return true
end

function M.complete()
  ask(INVOKED)
  return true
end

-- The text on the screen, for tests and status lines; nil where there is none.
function M.text() return shown and rest() or nil end

local function attach(event, options)
  client_id = client() and client_id or vim.lsp.start_client({
    name = 'lacuna',
    cmd = options.cmd,
    root_dir = vim.fn.getcwd(),
    init_options = options.settings,
    -- A client that knows ghost text gets it, and not the same in its completion menu once more.
    capabilities = vim.tbl_deep_extend('force', vim.lsp.protocol.make_client_capabilities(), {
      textDocument = { inlineCompletion = { dynamicRegistration = false } },
    }),
  })
  if client_id then vim.lsp.buf_attach_client(event.buf, client_id) end
end

-- `options`: cmd, settings (those of docs and package.json without "lacuna."), filetypes, keys.
function M.setup(options)
  options = vim.tbl_deep_extend('force', {
    cmd = { 'lacuna', 'lsp', '--stdio' },
    settings = vim.empty_dict(),
    filetypes = {
      'c', 'cpp', 'cs', 'go', 'java', 'javascript', 'javascriptreact', 'lua', 'php', 'python',
      'ruby', 'rust', 'sh', 'typescript', 'typescriptreact',
    },
    keys = {
      accept = '<Tab>',
      accept_word = '<M-Right>',
      accept_line = '<M-Down>',
      dismiss = '<C-]>',
      next = '<M-]>',
      previous = '<M-[>',
      complete = '<M-\\>',
    },
  }, options or {})
  vim.api.nvim_set_hl(0, 'LacunaGhost', { link = 'Comment', default = true })
  local on = vim.api.nvim_create_autocmd
  on('FileType', {
    group = group,
    pattern = options.filetypes,
    callback = function(event) attach(event, options) end,
  })
  on({ 'TextChangedI', 'TextChangedP' }, { group = group, callback = typed })
  on('CursorMovedI', {
    group = group,
    callback = function()
      local row, column = cursor()
      -- A move that came with a change is the change's to judge.
      if shown and (row ~= shown.row or column < shown.column) then clear() end
    end,
  })
  on({ 'InsertLeave', 'BufLeave' }, { group = group, callback = clear })
  local actions = {
    accept = M.accept,
    accept_word = M.accept_word,
    accept_line = M.accept_line,
    dismiss = M.dismiss,
    next = function() return M.cycle(1) end,
    previous = function() return M.cycle(-1) end,
    complete = M.complete,
  }
  for name, key in pairs(options.keys) do
    if key then
      -- Where there is nothing to do, the key means what it always means. The text is changed behind the key.
      vim.keymap.set('i', key, function()
        if shown or name == 'complete' then
          vim.schedule(actions[name])
          return ''
        end
        return key
      end, { expr = true, replace_keycodes = true, desc = 'Lacuna: ' .. name:gsub('_', ' ') })
    end
  end
  return M
end

return M
