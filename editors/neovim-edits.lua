-- Edits by instruction for Neovim 0.7 and newer: dofile this file after neovim.lua or neovim-ghost.lua, which start the
-- server, and call setup.
--
-- :LacunaEdit {instruction} rewrites the code at the cursor, or the lines of a range; :LacunaEdit with nothing behind it
-- asks what to do. What the model proposes comes as a diff: <CR> applies it, x takes the hunk under the cursor out or in
-- again, q drops all of it. :LacunaStop ends an edit that is under way. Simplify, document, generate tests and the rest
-- are code actions: vim.lsp.buf.code_action().

local M = {}

local namespace = vim.api.nvim_create_namespace('lacuna-edits')

-- What is under way: the client and the number of its request.
local pending

-- Proposals by the buffer that shows them.
local shown = {}

function M.say(message, remedy)
  vim.notify('Lacuna: ' .. message .. (remedy and remedy ~= '' and ' ' .. remedy or ''), vim.log.levels.WARN)
end

-- The running client; nil, and said so, where there is none.
function M.client()
  for _, client in ipairs((vim.lsp.get_clients or vim.lsp.get_active_clients)()) do
    if client.name == 'lacuna' then return client end
  end
  M.say('the language server does not run.', 'Open a file that it is attached to.')
end

-- Since 0.11 functions of a client are methods.
local function call(client, name, ...)
  if vim.fn.has('nvim-0.11') == 1 then return client[name](client, ...) end
  return client[name](...)
end

-- Sends a request; `done` gets an error or a result. The number of the request, to cancel it by.
function M.request(client, method, params, done, buffer)
  local sent, id = call(client, 'request', method, params, function(...)
    -- Before 0.5.1 a method stood between error and result.
    local error, result = ...
    done(error, result)
  end, buffer)
  return sent and id or nil
end

function M.cancel(client, id)
  call(client, 'cancel_request', id)
end

-- Calls `listener` with what `$/progress` brings for a token, until the function that it returns is called.
function M.progress(client, token, listener)
  if not client.lacuna_listeners then
    local listeners = {}
    local otherwise = client.handlers['$/progress'] or vim.lsp.handlers['$/progress']
    client.lacuna_listeners = listeners
    client.handlers['$/progress'] = function(error, result, ...)
      local found = result and listeners[result.token]
      if found then return found(result.value) end
      if otherwise then return otherwise(error, result, ...) end
    end
  end
  client.lacuna_listeners[token] = listener
  return function() client.lacuna_listeners[token] = nil end
end

-- A null of JSON.
local function absent(value) return value == nil or value == vim.NIL end

-- The range of whole lines from `first` to `last`, from 1, or of the cursor, as the protocol has it.
function M.range(buffer, first, last)
  if first then
    local line = vim.api.nvim_buf_get_lines(buffer, last - 1, last, false)[1] or ''
    local _, units = vim.str_utfindex(line)
    return { start = { line = first - 1, character = 0 }, ['end'] = { line = last - 1, character = units } }
  end
  local position = vim.lsp.util.make_position_params(0, 'utf-16').position
  return { start = position, ['end'] = position }
end

local function draw(buffer)
  local state = shown[buffer]
  local lines = { '# ' .. state.proposal.title:gsub('\n', ' '), '' }
  state.heads, state.marks = {}, {}
  local function put(mark, text)
    local split = vim.split(text:gsub('\r', ''), '\n', { plain = true })
    if split[#split] == '' then table.remove(split) end
    for _, line in ipairs(split) do table.insert(lines, mark .. line) end
  end
  for index, hunk in ipairs(state.proposal.hunks) do
    local first = hunk.range.start.line + 1
    table.insert(lines, ('@@ line %d %s@@'):format(first, state.left_out[index] and '(left out) ' or ''))
    state.heads[index] = #lines
    put('-', hunk.oldText)
    put('+', hunk.newText)
  end
  vim.bo[buffer].modifiable = true
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].modifiable = false
  vim.api.nvim_buf_clear_namespace(buffer, namespace, 0, -1)
  for index, head in ipairs(state.heads) do
    if state.left_out[index] then
      local last = (state.heads[index + 1] or #lines + 1) - 1
      for row = head, last do
        vim.api.nvim_buf_add_highlight(buffer, namespace, 'Comment', row - 1, 0, -1)
      end
    end
  end
end

local function close(buffer)
  shown[buffer] = nil
  if vim.api.nvim_buf_is_valid(buffer) then vim.api.nvim_buf_delete(buffer, { force = true }) end
end

-- Applies the hunks of a proposal that were not left out.
function M.accept(buffer)
  buffer = buffer or vim.api.nvim_get_current_buf()
  local state = shown[buffer]
  if not state then return end
  local hunks = {}
  for index in ipairs(state.proposal.hunks) do
    if not state.left_out[index] then table.insert(hunks, index - 1) end
  end
  if #hunks == 0 then return M.discard(buffer) end
  local params = { id = state.proposal.id, hunks = hunks }
  M.request(state.client, 'lacuna/edit/accept', params, function(error, result)
    if error then return M.say(error.message) end
    if not result.applied then M.say(absent(result.reason) and 'nothing was applied.' or result.reason) end
    close(buffer)
  end)
end

-- Drops a proposal.
function M.discard(buffer)
  buffer = buffer or vim.api.nvim_get_current_buf()
  local state = shown[buffer]
  if not state then return end
  M.request(state.client, 'lacuna/edit/discard', { id = state.proposal.id }, function() end)
  close(buffer)
end

-- Takes the hunk under the cursor out of a proposal, or in again.
function M.toggle(buffer)
  buffer = buffer or vim.api.nvim_get_current_buf()
  local state = shown[buffer]
  if not state then return end
  local row = vim.api.nvim_win_get_cursor(0)[1]
  for index = #state.heads, 1, -1 do
    if state.heads[index] <= row then
      state.left_out[index] = not state.left_out[index]
      draw(buffer)
      return
    end
  end
end

-- Shows an `EditOutcome`, or an `EditProposal`, for somebody to decide on. The buffer of the diff, where there is one.
function M.review(client, outcome)
  if not absent(outcome.refusal) then return M.say(outcome.refusal.message, outcome.refusal.remedy) end
  local proposal = absent(outcome.proposal) and outcome or outcome.proposal
  vim.cmd('botright new')
  local buffer = vim.api.nvim_get_current_buf()
  vim.bo[buffer].buftype = 'nofile'
  vim.bo[buffer].bufhidden = 'wipe'
  vim.bo[buffer].swapfile = false
  vim.bo[buffer].filetype = 'diff'
  pcall(vim.api.nvim_buf_set_name, buffer, 'lacuna://edit/' .. proposal.id)
  shown[buffer] = { client = client, proposal = proposal, left_out = {} }
  draw(buffer)
  for key, act in pairs({ ['<CR>'] = M.accept, x = M.toggle, q = M.discard }) do
    vim.keymap.set('n', key, function() act(buffer) end, { buffer = buffer, nowait = true })
  end
  vim.api.nvim_create_autocmd('BufWipeout', { buffer = buffer, callback = function() shown[buffer] = nil end })
  return buffer
end

-- Asks for an edit. `options`: kind (default 'rewrite'), instruction, first and last line of a range, from 1.
function M.propose(options)
  local client = M.client()
  if not client then return end
  M.stop()
  local buffer = vim.api.nvim_get_current_buf()
  local token = 'lacuna-edit-' .. vim.loop.hrtime()
  local params = {
    textDocument = { uri = vim.uri_from_bufnr(buffer) },
    range = M.range(buffer, options.first, options.last),
    kind = options.kind or 'rewrite',
    instruction = options.instruction,
    partialResultToken = token,
  }
  local request = { client = client }
  local row = params.range.start.line
  local mark = vim.api.nvim_buf_set_extmark(buffer, namespace, row, 0, { virt_text = { { '  Lacuna …', 'Comment' } } })
  local stop = M.progress(client, token, function(value)
    local lines = select(2, value.text:gsub('\n', '\n')) + 1
    local text = { { ('  Lacuna … %d lines'):format(lines), 'Comment' } }
    if vim.api.nvim_buf_is_valid(buffer) then
      vim.api.nvim_buf_set_extmark(buffer, namespace, row, 0, { id = mark, virt_text = text })
    end
  end)
  pending = request
  request.id = M.request(client, 'lacuna/edit/propose', params, function(error, result)
    stop()
    if vim.api.nvim_buf_is_valid(buffer) then vim.api.nvim_buf_del_extmark(buffer, namespace, mark) end
    local stopped = pending ~= request
    if not stopped then pending = nil end
    if error then
      if not stopped then M.say(error.message) end
    elseif not stopped then
      M.review(client, result)
    end
  end, buffer)
end

-- Ends the edit that is under way. Whether there was one.
function M.stop()
  local running = pending
  pending = nil
  if running and running.id then M.cancel(running.client, running.id) end
  return running ~= nil
end

-- Adds the commands.
function M.setup()
  vim.api.nvim_create_user_command('LacunaEdit', function(command)
    local place = command.range > 0 and { first = command.line1, last = command.line2 } or {}
    local function edit(instruction)
      if instruction and vim.trim(instruction) ~= '' then
        place.instruction = instruction
        M.propose(place)
      end
    end
    if command.args ~= '' then return edit(command.args) end
    vim.ui.input({ prompt = 'Edit: ' }, edit)
  end, { nargs = '*', range = true, desc = 'Edit the code at the cursor, or of some lines, as told' })
  vim.api.nvim_create_user_command('LacunaStop', function() M.stop() end, { desc = 'End the edit under way' })
  return M
end

return M
