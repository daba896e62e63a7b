--- Pillion for Neovim: starts the server, shows ghost text, tells the state.
---
--- Neovim 0.12 shows inline completions by itself; before that, `pillion.ghost` does.
local M = {}

---@class pillion.Options
---@field cmd? string[] How to start the server.
---@field filetypes? string[] Where it is active; everywhere without.
---@field settings? table The settings of Pillion, as in docs/settings.md, without `pillion.`.
---@field keys? table<string, string|false> Keys of insert mode; false for none.
---@field native? boolean Use Neovim's own inline completion; it has it from 0.12 on.

---@type pillion.Options
local defaults = {
  cmd = { 'pillion', 'serve' },
  settings = {},
  keys = {
    accept = '<Tab>',
    accept_word = '<M-Right>',
    accept_line = '<M-Down>',
    dismiss = '<C-]>',
  },
}

M.options = defaults

---@type table? What `pillion/status` said last.
M.state = nil

--- Set Pillion up: call it once, from init.lua.
---@param options? pillion.Options
function M.setup(options)
  M.options = vim.tbl_deep_extend('force', defaults, options or {})
  if M.options.native == nil then
    M.options.native = vim.lsp.inline_completion ~= nil
  end
  local capabilities = vim.lsp.protocol.make_client_capabilities()
  -- Neovim 0.11 does not say so by itself: the server then offers ghost text, no list item.
  capabilities.textDocument.inlineCompletion = { dynamicRegistration = false }
  -- An empty table would be sent as a list.
  local settings = next(M.options.settings) and M.options.settings or vim.empty_dict()
  vim.lsp.config('pillion', {
    cmd = M.options.cmd,
    filetypes = M.options.filetypes,
    root_markers = { '.git' },
    capabilities = capabilities,
    settings = { pillion = settings },
    init_options = { pillion = settings },
    handlers = {
      ['pillion/status'] = function(_, status, context)
        local before = M.state and M.state.state
        M.state = status
        vim.cmd.redrawstatus()
        local client = vim.lsp.get_client_by_id(context.client_id)
        if client and before == 'loading' and status.state == 'ready' and not M.options.native then
          require('pillion.ghost').resume(client)
        end
      end,
    },
    on_attach = M._attach,
  })
  vim.lsp.enable('pillion')
end

--- The state in a few words, for the status line: `%{v:lua.require'pillion'.status()}`.
---@return string
function M.status()
  local state = M.state
  if not state then
    return ''
  end
  local texts = {
    ready = 'Pillion',
    loading = ('Pillion: loading %d %%'):format(state.percentage),
    error = 'Pillion: ' .. (state.message ~= '' and state.message or 'error'),
    off = 'Pillion: off',
  }
  return texts[state.state] or ''
end

--- Why there was no suggestion, in a sentence.
---@return string
function M.why()
  local last = M.state and M.state.last
  return type(last) == 'table' and last.sentence or 'There was no request yet.'
end

--- Send one of the commands that the server has, such as `pillion.pullModel`.
---@param command string
function M.execute(command)
  for _, client in ipairs(vim.lsp.get_clients({ name = 'pillion' })) do
    client:exec_cmd({ title = command, command = command })
  end
end

---@param client vim.lsp.Client
---@param buffer integer
function M._attach(client, buffer)
  -- From the first request on, the server tells every change by itself.
  client:request('pillion/status', vim.empty_dict(), function(_, status)
    M.state = status
  end)
  if vim.bo[buffer].buftype ~= '' then
    return
  end
  if M.options.native then
    vim.lsp.inline_completion.enable(true, { bufnr = buffer })
    M._map(buffer, 'accept', function()
      return vim.lsp.inline_completion.get()
    end)
    return
  end
  local ghost = require('pillion.ghost')
  ghost.attach(client, buffer)
  for _, name in ipairs({ 'accept', 'accept_word', 'accept_line', 'dismiss' }) do
    M._map(buffer, name, ghost[name])
  end
end

--- Map a key of insert mode that does what it always did when there is no ghost text.
---@param buffer integer
---@param name string
---@param act fun(): boolean
function M._map(buffer, name, act)
  local key = M.options.keys[name]
  if not key then
    return
  end
  vim.keymap.set('i', key, function()
    if not act() then
      local keys = vim.api.nvim_replace_termcodes(key, true, false, true)
      vim.api.nvim_feedkeys(keys, 'n', false)
    end
  end, { buffer = buffer, desc = 'Pillion: ' .. name:gsub('_', ' ') })
end

return M
