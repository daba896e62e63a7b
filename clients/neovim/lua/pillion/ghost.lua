--- Ghost text by extmarks, for Neovim before 0.12.
---
--- One suggestion at a time, at the cursor of the current buffer. Text typed that it begins with is
--- taken off it at once, without waiting for the server; everything else drops it.
local M = {}

local space = vim.api.nvim_create_namespace('pillion')
local method = 'textDocument/inlineCompletion'
local automatic = 2

---@class pillion.Shown
---@field client vim.lsp.Client
---@field buffer integer
---@field row integer From 0.
---@field col integer Bytes: where the cursor is.
---@field text string What would be written there.
---@field tail integer Bytes behind the cursor that the whole of it replaces.

---@type pillion.Shown?
local shown
---@type { client: vim.lsp.Client, id: integer }?
local asked

local function inserting()
  return vim.api.nvim_get_mode().mode:sub(1, 1) == 'i'
end

--- Follow the cursor in a buffer.
---@param client vim.lsp.Client
---@param buffer integer
function M.attach(client, buffer)
  local group = vim.api.nvim_create_augroup('pillion-' .. buffer, {})
  local function on(events, callback)
    vim.api.nvim_create_autocmd(events, { group = group, buffer = buffer, callback = callback })
  end
  on({ 'TextChangedI', 'InsertEnter' }, function()
    M._typed()
    M.ask(client, buffer)
  end)
  on('CursorMovedI', function()
    if shown and not M._at_cursor() then
      M.dismiss()
    end
  end)
  on({ 'InsertLeave', 'BufLeave', 'CompleteChanged' }, function()
    M.dismiss()
  end)
  M.resume(client)
end

--- Ask at the cursor if the user is writing: the server was not there yet, or had no model.
---@param client vim.lsp.Client
function M.resume(client)
  local buffer = vim.api.nvim_get_current_buf()
  if inserting() and not shown and vim.lsp.buf_is_attached(buffer, client.id) then
    M.ask(client, buffer)
  end
end

--- Ask for a suggestion at the cursor; a newer question ends the older one.
---@param client vim.lsp.Client
---@param buffer integer
function M.ask(client, buffer)
  M._forget()
  if vim.b[buffer].pillion_off or vim.fn.pumvisible() == 1 then
    return
  end
  local tick = vim.api.nvim_buf_get_changedtick(buffer)
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
  ---@diagnostic disable-next-line: inject-field
  params.context = { triggerKind = automatic }
  local _, id = client:request(method, params, function(_, result)
    asked = nil
    local fresh = tick == vim.api.nvim_buf_get_changedtick(buffer)
    local here = vim.api.nvim_get_current_buf() == buffer
    if fresh and inserting() and here and vim.fn.pumvisible() == 0 then
      M._show(client, buffer, result)
    end
  end, buffer)
  asked = id and { client = client, id = id } or nil
end

--- The ghost text that is on screen, for tests and status lines.
---@return string?
function M.text()
  return shown and shown.text
end

--- Write the whole suggestion.
---@return boolean done
function M.accept()
  return M._take(function(text)
    return text
  end)
end

--- Write the next word of it, with the blanks before.
---@return boolean done
function M.accept_word()
  return M._take(function(text)
    return text:match('^%s*[%w_\128-\255]+') or text:match('^%s*[^%w_%s\128-\255]+') or text
  end)
end

--- Write the next line of it.
---@return boolean done
function M.accept_line()
  return M._take(function(text)
    return text:match('^\n*[^\n]*')
  end)
end

--- Drop the suggestion.
---@return boolean done
function M.dismiss()
  M._forget()
  if not shown then
    return false
  end
  M._tell('dismissed')
  M._clear()
  return true
end

---@param part fun(text: string): string
---@return boolean done
function M._take(part)
  if not shown or not M._at_cursor() then
    return false
  end
  local now = shown
  local text = part(now.text)
  local whole = text == now.text
  local rest = now.text:sub(#text + 1)
  M._clear()
  -- Outside of the mapping: text may not be changed while an expression is evaluated.
  local stop = now.col + (whole and now.tail or 0)
  local lines = vim.split(text, '\n', { plain = true })
  vim.api.nvim_buf_set_text(now.buffer, now.row, now.col, now.row, stop, lines)
  local row = now.row + #lines - 1
  local col = #lines[#lines] + (#lines == 1 and now.col or 0)
  vim.api.nvim_win_set_cursor(0, { row + 1, col })
  shown = now
  M._tell(whole and 'accepted' or 'partlyAccepted')
  shown = nil
  if not whole then
    shown = vim.tbl_extend('force', now, { row = row, col = col, text = rest })
    M._draw()
  end
  return true
end

--- Take off the suggestion what was typed of it, or drop it.
function M._typed()
  if not shown then
    return
  end
  local row, col = unpack(vim.api.nvim_win_get_cursor(0))
  if row - 1 == shown.row and col == shown.col then
    return
  end
  local text = ''
  if row - 1 == shown.row and col > shown.col then
    text = vim.api.nvim_buf_get_text(shown.buffer, shown.row, shown.col, shown.row, col, {})[1]
  end
  if text == '' or not vim.startswith(shown.text, text) then
    M._tell('dismissed')
    M._clear()
  elseif #text == #shown.text then
    M._clear()
  else
    shown.col, shown.text = col, shown.text:sub(#text + 1)
    M._draw()
  end
end

---@param client vim.lsp.Client
---@param buffer integer
---@param result table?
function M._show(client, buffer, result)
  local item = result and (result.items or result)[1]
  if not item then
    if shown then
      M._tell('dismissed')
      M._clear()
    end
    return
  end
  local row, col = unpack(vim.api.nvim_win_get_cursor(0))
  row = row - 1
  local line = vim.api.nvim_buf_get_lines(buffer, row, row + 1, true)[1]
  local text, tail = item.insertText, 0
  if item.range then
    local first = vim.str_byteindex(line, client.offset_encoding, item.range.start.character, false)
    local last = vim.str_byteindex(line, client.offset_encoding, item.range['end'].character, false)
    local before = line:sub(first + 1, col)
    if item.range.start.line ~= row or not vim.startswith(text, before) then
      return
    end
    text, tail = text:sub(#before + 1), math.max(0, last - col)
  end
  if text == '' then
    return
  end
  local same = shown and shown.buffer == buffer and vim.startswith(text, shown.text)
  shown = { client = client, buffer = buffer, row = row, col = col, text = text, tail = tail }
  M._draw()
  if not same then
    M._tell('shown')
  end
end

function M._draw()
  assert(shown)
  local now = shown
  vim.api.nvim_buf_clear_namespace(now.buffer, space, 0, -1)
  local lines = vim.split(now.text, '\n', { plain = true })
  local line = vim.api.nvim_buf_get_lines(now.buffer, now.row, now.row + 1, true)[1]
  local tail = line:sub(now.col + 1, now.col + now.tail)
  -- What stands behind the cursor already, such as a closing bracket, is not shown twice.
  if tail ~= '' and #lines == 1 and vim.endswith(lines[1], tail) then
    lines[1] = lines[1]:sub(1, #lines[1] - #tail)
  end
  local below = vim.tbl_map(function(text)
    return { { text == '' and ' ' or text, 'PillionGhost' } }
  end, vim.list_slice(lines, 2))
  vim.api.nvim_buf_set_extmark(now.buffer, space, now.row, now.col, {
    virt_text = { { lines[1], 'PillionGhost' } },
    virt_text_pos = 'inline',
    virt_lines = #below > 0 and below or nil,
    hl_mode = 'combine',
  })
end

---@return boolean
function M._at_cursor()
  local row, col = unpack(vim.api.nvim_win_get_cursor(0))
  local here = vim.api.nvim_get_current_buf() == shown.buffer
  return here and row - 1 == shown.row and col == shown.col
end

function M._clear()
  if shown and vim.api.nvim_buf_is_valid(shown.buffer) then
    vim.api.nvim_buf_clear_namespace(shown.buffer, space, 0, -1)
  end
  shown = nil
end

--- Cancel the question that is open.
function M._forget()
  if asked then
    asked.client:cancel_request(asked.id)
    asked = nil
  end
end

---@param event 'shown'|'accepted'|'partlyAccepted'|'dismissed'
function M._tell(event)
  shown.client:notify('pillion/inlineCompletion/' .. event, vim.empty_dict())
end

return M
