-- A chat about the code for Neovim 0.7 and newer, in a Markdown buffer: dofile this file after neovim.lua or
-- neovim-ghost.lua, which start the server, and call setup.
--
-- :LacunaChat opens it; with a range, those lines are what @selection means. Write below "## You", then :LacunaSend, or
-- <CR> in normal mode. The answer is written as it comes; :LacunaStop, or <C-c>, ends it. :LacunaSend on an earlier
-- question asks that one anew as it stands now. <C-x><C-o> behind an @ completes what can be mentioned. :LacunaRetry
-- answers again, :LacunaApply puts the code block under the cursor where it belongs, :LacunaChats lists conversations.

local here = debug.getinfo(1, 'S').source:sub(2):match('^(.*)[/\\][^/\\]*$') or '.'
local edits = dofile(here .. '/neovim-edits.lua')

local M = { edits = edits, commands = dofile(here .. '/neovim-commands.lua')(edits) }

local namespace = vim.api.nvim_create_namespace('lacuna-chat')
local YOU, LACUNA = '## You', '## Lacuna'

-- Chats by their buffer: client, conversation, title, turns (id, and extmarks at the two headings), the mark of the open
-- question, and what runs.
local chats = {}
-- Where somebody was before: what @selection, @problems and code blocks are about.
local place
-- Whether that was told by a range, and is not to be replaced by the cursor when the chat opens.
local told

local function remember(first, last)
  if told and not first then return end
  told = first ~= nil
  local buffer = vim.api.nvim_get_current_buf()
  if chats[buffer] or vim.bo[buffer].buftype ~= '' or vim.api.nvim_buf_get_name(buffer) == '' then return end
  place = { uri = vim.uri_from_bufnr(buffer), selection = edits.range(buffer, first, last) }
end

local function absent(value) return value == nil or value == vim.NIL end

local function row_of(buffer, mark) return vim.api.nvim_buf_get_extmark_by_id(buffer, namespace, mark, {})[1] end

local function mark_row(buffer, row, options)
  return vim.api.nvim_buf_set_extmark(buffer, namespace, row, 0, options or {})
end

-- Puts text at the end of the buffer.
local function append(buffer, text)
  local last = vim.api.nvim_buf_line_count(buffer) - 1
  local column = #vim.api.nvim_buf_get_lines(buffer, last, last + 1, false)[1]
  -- Somebody who looks at the end goes on looking at the end.
  local following = {}
  for _, window in ipairs(vim.fn.win_findbuf(buffer)) do
    if vim.api.nvim_win_get_cursor(window)[1] > last then table.insert(following, window) end
  end
  vim.api.nvim_buf_set_text(buffer, last, column, last, column, vim.split(text, '\n', { plain = true }))
  local count = vim.api.nvim_buf_line_count(buffer)
  for _, window in ipairs(following) do vim.api.nvim_win_set_cursor(window, { count, 0 }) end
end

local function heading(buffer, text)
  local last = vim.api.nvim_buf_get_lines(buffer, -2, -1, false)[1]
  append(buffer, (last == '' and '' or '\n') .. '\n' .. text)
  return mark_row(buffer, vim.api.nvim_buf_line_count(buffer) - 1)
end

local function open_question(chat)
  chat.open = heading(chat.buffer, YOU)
  append(chat.buffer, '\n\n')
end

-- A word behind a heading, which is no part of the text.
local function annotate(chat, mark, text)
  local row = row_of(chat.buffer, mark)
  mark_row(chat.buffer, row, { id = mark, virt_text = text ~= '' and { { '  ' .. text, 'Comment' } } or nil })
end

local function source_of(source)
  local lines = ''
  if not absent(source.lines) then lines = (':%d-%d'):format(source.lines.first + 1, source.lines.last + 1) end
  return source.label .. lines .. (absent(source.note) and '' or ' (' .. source.note .. ')')
end

-- What a person may want to know of an answer.
local function remark(turn)
  local parts = {}
  if turn.state == 'stopped' then table.insert(parts, 'stopped') end
  if turn.state == 'cut' then table.insert(parts, 'cut: no room for more') end
  local usage = turn.usage
  if not absent(usage) then
    table.insert(parts, ('%d of %d tokens'):format(usage.prompt + usage.generated, usage.context))
    if usage.droppedTurns > 0 then table.insert(parts, ('%d earlier turns left out'):format(usage.droppedTurns)) end
    if usage.tokensPerSecond > 0 then table.insert(parts, ('%.1f tokens/s'):format(usage.tokensPerSecond)) end
  end
  for _, source in ipairs(turn.sources or {}) do table.insert(parts, source_of(source)) end
  return table.concat(parts, ' · ')
end

local function failure(turn)
  return absent(turn.error) and '' or ('> %s %s'):format(turn.error.message, turn.error.remedy)
end

local function write_turn(chat, turn)
  local question = chat.open
  append(chat.buffer, turn.question .. '\n')
  local answer = heading(chat.buffer, LACUNA)
  append(chat.buffer, '\n\n' .. turn.answer .. failure(turn))
  table.insert(chat.turns, { id = turn.id, question = question, answer = answer })
  annotate(chat, answer, remark(turn))
  open_question(chat)
end

local function title_of(conversation)
  return conversation.title == '' and 'New conversation' or (conversation.title:gsub('\n', ' '))
end

local function write_conversation(chat, conversation)
  vim.api.nvim_buf_clear_namespace(chat.buffer, namespace, 0, -1)
  vim.api.nvim_buf_set_lines(chat.buffer, 0, -1, false, { '# ' .. title_of(conversation) })
  chat.conversation, chat.turns = conversation.id, {}
  open_question(chat)
  for _, turn in ipairs(conversation.turns) do write_turn(chat, turn) end
end

-- What somebody wrote below a heading.
local function text_between(buffer, from, to)
  return vim.trim(table.concat(vim.api.nvim_buf_get_lines(buffer, from + 1, to, false), '\n'))
end

-- The turn at the cursor; nil for the open question.
local function turn_here(chat)
  local row = vim.api.nvim_win_get_cursor(0)[1] - 1
  if row >= row_of(chat.buffer, chat.open) then return nil end
  for index = #chat.turns, 1, -1 do
    if row >= row_of(chat.buffer, chat.turns[index].question) then return chat.turns[index], index end
  end
end

local function chat_here()
  local chat = chats[vim.api.nvim_get_current_buf()]
  if not chat then edits.say('this is no chat.', ':LacunaChat opens one.') end
  return chat
end

-- Asks, and writes the answer below as it comes; what stands behind the question goes.
local function ask(chat, method, params, question_mark)
  if chat.running then return edits.say('it is answering.', ':LacunaStop ends that.') end
  local buffer, client = chat.buffer, chat.client
  local token = 'lacuna-chat-' .. vim.loop.hrtime()
  local answer = heading(buffer, LACUNA)
  append(buffer, '\n\n')
  local begun, thought, sources = '', false, nil
  annotate(chat, answer, '…')
  local entry = { question = question_mark, answer = answer }
  table.insert(chat.turns, entry)
  params.conversation, params.partialResultToken = chat.conversation, token
  local silence = edits.progress(client, token, function(value)
    if not vim.api.nvim_buf_is_valid(buffer) then return end
    if value.kind == 'turn' then
      entry.id, sources = value.turn.id, remark(value.turn)
      annotate(chat, answer, sources ~= '' and sources or '…')
    elseif value.kind == 'reasoning' and not thought then
      thought = true
      annotate(chat, answer, 'thinking …')
    elseif value.kind == 'answer' then
      begun = begun .. value.text
      append(buffer, value.text)
    end
  end)
  local function finished(error, turn)
    silence()
    chat.running = nil
    if not vim.api.nvim_buf_is_valid(buffer) then return end
    if error then
      annotate(chat, answer, '')
      append(buffer, '> ' .. error.message)
    else
      entry.id = turn.id
      -- Whoever asks by another client, and a failure, bring what was not streamed.
      if turn.answer:sub(1, #begun) == begun then append(buffer, turn.answer:sub(#begun + 1)) end
      append(buffer, failure(turn))
      annotate(chat, answer, remark(turn))
    end
    open_question(chat)
  end
  chat.running = true
  chat.running = edits.request(client, method, params, finished, buffer) or nil
end

-- Removes the answer of a turn, by its index, and what stands behind it.
local function cut(chat, index)
  local buffer = chat.buffer
  local row = row_of(buffer, chat.turns[index].answer)
  for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(buffer, namespace, { row, 0 }, -1, {})) do
    vim.api.nvim_buf_del_extmark(buffer, namespace, mark[1])
  end
  vim.api.nvim_buf_set_lines(buffer, row, -1, false, {})
  for _ = index, #chat.turns do table.remove(chat.turns) end
end

-- Sends the question at the cursor: the open one, or an earlier one as it stands now.
function M.send()
  local chat = chat_here()
  if not chat then return end
  local turn, index = turn_here(chat)
  local mark = turn and turn.question or chat.open
  local ending = turn and row_of(chat.buffer, turn.answer) or vim.api.nvim_buf_line_count(chat.buffer)
  local question = text_between(chat.buffer, row_of(chat.buffer, mark), ending)
  if question == '' then return edits.say('there is no question.', 'Write one below "## You".') end
  if chat.running then return edits.say('it is answering.', ':LacunaStop ends that.') end
  local params = { question = question, place = place }
  if turn then
    cut(chat, index)
    params.turn = turn.id
    return ask(chat, 'lacuna/chat/edit', params, mark)
  end
  ask(chat, 'lacuna/chat/send', params, mark)
end

-- Answers the turn at the cursor, or the last one, anew.
function M.retry()
  local chat = chat_here()
  if not chat or #chat.turns == 0 then return end
  if chat.running then return edits.say('it is answering.', ':LacunaStop ends that.') end
  local turn, index = turn_here(chat)
  if not turn then turn, index = chat.turns[#chat.turns], #chat.turns end
  cut(chat, index)
  ask(chat, 'lacuna/chat/retry', { turn = turn.id }, turn.question)
end

-- Ends the answer or the edit that is under way.
function M.stop()
  local chat = chats[vim.api.nvim_get_current_buf()]
  if not chat or not chat.running then return edits.stop() end
  edits.request(chat.client, 'lacuna/chat/stop', { conversation = chat.conversation }, function() end)
end

-- Puts the code block under the cursor where it belongs: as a diff to decide on.
function M.apply()
  local chat = chat_here()
  local turn = chat and turn_here(chat)
  if not turn then return chat and edits.say('there is no code block.', 'Put the cursor into one of an answer.') end
  local first, row = row_of(chat.buffer, turn.answer), vim.api.nvim_win_get_cursor(0)[1] - 1
  local block, fence = -1, nil
  for _, line in ipairs(vim.api.nvim_buf_get_lines(chat.buffer, first, row + 1, false)) do
    local mark = line:match('^%s*(```+)') or line:match('^%s*(~~~+)')
    if mark and not fence then
      fence, block = mark, block + 1
    elseif mark and vim.startswith(mark, fence) then
      fence = nil
    end
  end
  if block < 0 then return edits.say('there is no code block.', 'Put the cursor into one of an answer.') end
  local params = { conversation = chat.conversation, turn = turn.id, block = block, place = place }
  edits.request(chat.client, 'lacuna/chat/apply', params, function(error, result)
    if error then return edits.say(error.message) end
    edits.review(chat.client, result)
  end, chat.buffer)
end

-- What an @ can be completed with: for 'omnifunc'.
function M.complete(find_start, base)
  local column = vim.api.nvim_win_get_cursor(0)[2]
  local at = vim.api.nvim_get_current_line():sub(1, column):match('.*()@')
  if find_start == 1 then return at and at - 1 or -3 end
  local chat = chats[vim.api.nvim_get_current_buf()]
  local items, done = {}, false
  edits.request(chat.client, 'lacuna/chat/mentions', { query = base:gsub('^@', ''), place = place }, function(_, result)
    items, done = result or {}, true
  end)
  vim.wait(2000, function() return done end, 20)
  return vim.tbl_map(function(item) return { word = item.mention, menu = item.detail } end, items)
end

local function show(client, conversation)
  vim.cmd('botright vnew')
  local buffer = vim.api.nvim_get_current_buf()
  vim.bo[buffer].buftype = 'nofile'
  vim.bo[buffer].swapfile = false
  vim.bo[buffer].filetype = 'markdown'
  vim.bo[buffer].omnifunc = "v:lua.require'lacuna-chat'.complete"
  pcall(vim.api.nvim_buf_set_name, buffer, 'lacuna://chat/' .. conversation.id)
  local chat = { buffer = buffer, client = client, turns = {} }
  chats[buffer], told = chat, false
  write_conversation(chat, conversation)
  vim.keymap.set('n', '<CR>', M.send, { buffer = buffer, desc = 'Lacuna: send' })
  vim.keymap.set('n', '<C-c>', M.stop, { buffer = buffer, desc = 'Lacuna: stop' })
  vim.api.nvim_create_autocmd('BufWipeout', {
    buffer = buffer,
    callback = function()
      if chat.running then edits.request(client, 'lacuna/chat/stop', { conversation = chat.conversation }, function() end) end
      chats[buffer] = nil
    end,
  })
  vim.api.nvim_win_set_cursor(0, { vim.api.nvim_buf_line_count(buffer), 0 })
end

local function open(client, method, params)
  edits.request(client, method, params, function(error, conversation)
    if error then return edits.say(error.message) end
    show(client, conversation)
  end)
end

-- A new conversation. Where no model can be talked to, it is said why, and what to do.
function M.open(first, last)
  remember(first, last)
  local client = edits.client()
  if not client then return end
  edits.request(client, 'lacuna/chat/availability', vim.empty_dict(), function(error, state)
    if error then return edits.say(error.message) end
    -- While a model loads a question waits for it.
    if not state.available and state.reason ~= 'loading' then return edits.say(state.message, state.remedy) end
    open(client, 'lacuna/chat/create', vim.empty_dict())
  end)
end

-- Lets somebody choose among the conversations that hold these words.
function M.choose(query)
  local client = edits.client()
  if not client then return end
  edits.request(client, 'lacuna/chat/list', { query = query }, function(error, all)
    if error then return edits.say(error.message) end
    if #all == 0 then return edits.say('there is no such conversation.') end
    local label = function(each) return os.date('%Y-%m-%d %H:%M  ', math.floor(each.changed / 1000)) .. each.title end
    vim.ui.select(all, { prompt = 'Conversation:', format_item = label }, function(chosen)
      if chosen then open(client, 'lacuna/chat/open', { conversation = chosen.id }) end
    end)
  end)
end

-- Adds the commands, also those of neovim-edits.lua and neovim-commands.lua.
function M.setup()
  package.loaded['lacuna-chat'] = M
  edits.setup()
  M.commands.setup()
  local command = vim.api.nvim_create_user_command
  command('LacunaChat', function(given)
    if given.range > 0 then M.open(given.line1, given.line2) else M.open() end
  end, { range = true, desc = 'Open a chat about the code' })
  command('LacunaChats', function(given) M.choose(given.args) end, { nargs = '*', desc = 'Open an earlier chat' })
  command('LacunaSend', M.send, { desc = 'Send the question' })
  command('LacunaRetry', M.retry, { desc = 'Answer again' })
  command('LacunaStop', M.stop, { desc = 'End the answer, or the edit, under way' })
  command('LacunaApply', M.apply, { desc = 'Put the code block under the cursor where it belongs' })
  vim.api.nvim_create_autocmd('BufLeave', {
    group = vim.api.nvim_create_augroup('lacuna-chat', { clear = true }),
    callback = function() remember() end,
  })
  return M
end

return M
