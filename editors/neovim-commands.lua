-- Commands of the model beside chat and edits, for Neovim 0.7 and newer; neovim-chat.lua adds them.
--
-- :LacunaExplain says what the code at the cursor, or of a range, does. :LacunaCommitMessage writes a message for what is
-- staged, or else was changed, above the cursor. :LacunaNames offers names for what is named at the cursor, and has the
-- language's own server rename it.

return function(edits)
  local M = {}

  local function absent(value) return value == nil or value == vim.NIL end

  -- Runs a command of the server; `done` gets what is no refusal.
  local function execute(command, arguments, done)
    local client = edits.client()
    if not client then return end
    local params = { command = command, arguments = arguments }
    edits.request(client, 'workspace/executeCommand', params, function(error, outcome)
      if error then return edits.say(error.message) end
      if absent(outcome) then return end
      if not absent(outcome.refusal) then return edits.say(outcome.refusal.message, outcome.refusal.remedy) end
      done(outcome)
    end)
  end

  -- Shows what the code does in a Markdown buffer.
  function M.explain(first, last)
    local arguments = { vim.uri_from_bufnr(0), edits.range(0, first, last) }
    execute('lacuna.explain', arguments, function(outcome)
      vim.cmd('botright new')
      local buffer = vim.api.nvim_get_current_buf()
      vim.bo[buffer].buftype, vim.bo[buffer].bufhidden, vim.bo[buffer].swapfile = 'nofile', 'wipe', false
      vim.bo[buffer].filetype = 'markdown'
      vim.api.nvim_buf_set_lines(buffer, 0, -1, false, vim.split(outcome.text, '\r?\n'))
    end)
  end

  function M.commit_message()
    local buffer, row = vim.api.nvim_get_current_buf(), vim.api.nvim_win_get_cursor(0)[1] - 1
    execute('lacuna.commitMessage', { vim.uri_from_fname(vim.fn.getcwd()) }, function(outcome)
      if not vim.api.nvim_buf_is_valid(buffer) then return end
      vim.api.nvim_buf_set_lines(buffer, row, row, false, vim.split(outcome.text, '\r?\n'))
    end)
  end

  function M.names()
    local position = edits.range(0).start
    execute('lacuna.suggestNames', { vim.uri_from_bufnr(0), position }, function(outcome)
      vim.ui.select(outcome.names, { prompt = 'Name:' }, function(name)
        if name then vim.lsp.buf.rename(name) end
      end)
    end)
  end

  function M.setup()
    local command = vim.api.nvim_create_user_command
    command('LacunaExplain', function(given)
      if given.range > 0 then M.explain(given.line1, given.line2) else M.explain() end
    end, { range = true, desc = 'Say what the code does' })
    command('LacunaCommitMessage', M.commit_message, { desc = 'Write a commit message above the cursor' })
    command('LacunaNames', M.names, { desc = 'Offer names for what is named at the cursor' })
    return M
  end

  return M
end
