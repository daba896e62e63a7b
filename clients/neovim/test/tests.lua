-- The plugin in a Neovim of its own, driven by keys as a person would, on the real server.

local nvim = assert(vim.env.NVIM)
local plugin = vim.fs.dirname(vim.fn.getcwd())
local prime = { 'def is_prime(n):', '    """Return whether n is a prime number."""', '    ' }
local patience = tonumber(vim.env.PATIENCE) or 120
local child

local function say(text)
  io.stdout:write(text .. '\n')
  io.stdout:flush()
end

--- Run Lua in the tested Neovim and return what it returns.
local function lua(code, ...)
  return vim.rpcrequest(child, 'nvim_exec_lua', code, { ... })
end

local function keys(text)
  vim.rpcrequest(child, 'nvim_input', text)
end

local function lines()
  return vim.rpcrequest(child, 'nvim_buf_get_lines', 0, 0, -1, true)
end

local function ghost()
  local text = lua("return require('pillion.ghost').text()")
  return text ~= vim.NIL and text or nil
end

--- Wait until `check` returns something that counts as true, and return it.
local function until_(what, check)
  local found
  local ok = vim.wait(patience * 1000, function()
    found = check()
    return found
  end, 50)
  if not ok then
    local state = lua("return vim.inspect(require('pillion').state)")
    error(('waited in vain until %s; %s'):format(what, state))
  end
  return found
end

local function equal(found, expected)
  assert(
    vim.deep_equal(found, expected),
    ('found %s, expected %s'):format(vim.inspect(found), vim.inspect(expected))
  )
end

--- Open a file with `text`, with the cursor at its end and in insert mode.
local function open(text, name)
  keys('<Esc>')
  lua(
    [[
    local text, name = ...
    vim.cmd('silent! %bwipeout!')
    vim.cmd.edit(vim.fn.tempname() .. name)
    vim.api.nvim_buf_set_lines(0, 0, -1, true, text)
    vim.api.nvim_win_set_cursor(0, { #text, #text[#text] })
  ]],
    text,
    name or '.py'
  )
  until_('the server is attached', function()
    return lua("return #vim.lsp.get_clients({ bufnr = 0, name = 'pillion' }) == 1")
  end)
  keys('A')
end

local function counts(event)
  lua("require('pillion').execute('pillion.status')")
  return lua("return (require('pillion').state or {}).counts or {}")[event] or 0
end

local tests = {
  {
    'the server starts, loads the model and says so',
    function()
      open({ '' })
      until_('the model is ready', function()
        return lua("return require('pillion').status()") == 'Pillion'
      end)
      assert(lua("return require('pillion').state.model") == 'qwen2.5-coder-0.5b')
    end,
  },
  {
    'ghost text is drawn at the cursor, and Tab takes all of it',
    function()
      open(prime)
      local text = until_('there is ghost text', ghost)
      local marks = lua([[
        local space = vim.api.nvim_get_namespaces().pillion
        return vim.api.nvim_buf_get_extmarks(0, space, 0, -1, { details = true })
      ]])
      equal(#marks, 1)
      equal({ marks[1][2], marks[1][3] }, { 2, 4 })
      equal(marks[1][4].virt_text[1][1], vim.split(text, '\n')[1])
      local accepted = counts('accepted')
      keys('<Tab>')
      until_('it is written', function()
        return table.concat(lines(), '\n') == table.concat(prime, '\n') .. text
      end)
      until_('it is reported', function()
        return counts('accepted') == accepted + 1
      end)
    end,
  },
  {
    'the next word can be taken, and the rest stays',
    function()
      open(prime)
      local text = until_('there is ghost text', ghost)
      keys('<M-Right>')
      until_('a word is written', function()
        return lines()[3] ~= prime[3]
      end)
      local word = lines()[3]:sub(#prime[3] + 1)
      assert(vim.startswith(text, word) and not word:match('%S%s+%S'), word)
      equal(vim.startswith(text, word .. (ghost() or '')), true)
    end,
  },
  {
    'the next line can be taken',
    function()
      open(prime)
      local text = until_('there is ghost text', ghost)
      keys('<M-Down>')
      until_('a line is written', function()
        return lines()[3] ~= prime[3]
      end)
      equal(lines()[3], prime[3] .. vim.split(text, '\n')[1])
    end,
  },
  {
    'typing what is shown keeps it, typing something else drops it',
    function()
      open(prime)
      local text = until_('there is ghost text', ghost)
      keys(text:sub(1, 1))
      until_('it is shorter', function()
        return ghost() and vim.startswith(text:sub(2), ghost():sub(1, 4))
      end)
      local dismissed = counts('dismissed')
      keys('@')
      until_('it is reported', function()
        return counts('dismissed') >= dismissed + 1
      end)
      assert(ghost() ~= text:sub(2))
    end,
  },
  {
    'leaving insert mode drops it, and its keys do what they always did',
    function()
      open(prime)
      until_('there is ghost text', ghost)
      keys('<Esc>')
      until_('it is gone', function()
        return ghost() == nil
      end)
      equal(lines(), prime)
      lua('vim.b.pillion_off = true; vim.bo.expandtab = false')
      keys('A<Tab>')
      until_('a tab is written', function()
        return lines()[3] == prime[3] .. '\t'
      end)
    end,
  },
  {
    'a bracket that is there already is not doubled',
    function()
      open({ 'def add(a, b):', '    return a + b', '', 'print(add())' })
      keys('<Esc>0fd<Esc>$hi')
      local text = until_('there is ghost text', ghost)
      keys('<Tab>')
      until_('it is written', function()
        return lines()[4] ~= 'print(add())'
      end)
      local line = lines()[4]
      local _, opened = line:gsub('%(', '')
      local _, closed = line:gsub('%)', '')
      assert(opened == closed, line .. ' from ' .. text)
    end,
  },
  {
    'columns behind other scripts are right',
    function()
      open({ 'name = "Zoë 😀"; def_ = 1', 'def größe(straße):', '    """😀"""; return ' })
      local text = until_('there is ghost text', ghost)
      local before = lines()[3]
      keys('<Tab>')
      until_('it is written', function()
        return lines()[3] ~= before
      end)
      equal(lines()[3], before .. vim.split(text, '\n')[1])
    end,
  },
  {
    'turning it off for a buffer asks nothing',
    function()
      open({ '' })
      lua("vim.cmd('PillionToggle')")
      -- Until the question that was open is answered: it has been cancelled.
      vim.wait(2000)
      local requests = counts('requests')
      keys('def add(a, b):<CR>return ')
      vim.wait(1500)
      equal(counts('requests'), requests)
      equal(ghost(), nil)
    end,
  },
}

local function start()
  local command = { nvim, '--embed', '--headless', '-u', 'NONE', '-i', 'NONE' }
  child = vim.fn.jobstart(command, { rpc = true })
  -- A fixed size, as of a terminal: extmarks and redrawing need a screen.
  vim.rpcrequest(child, 'nvim_ui_attach', 100, 30, { rgb = true })
  lua(
    [[
    local plugin, program = ...
    vim.opt.runtimepath:prepend(plugin)
    vim.opt.swapfile = false
    -- A prompt to press Enter would stop everything; the last message is enough.
    vim.opt.messagesopt = 'wait:0,history:500'
    vim.opt.shortmess:append('I')
    vim.cmd('filetype on')
    vim.cmd.runtime('plugin/pillion.lua')
    require('pillion').setup({ cmd = { program, 'serve' } })
  ]],
    plugin,
    vim.env.PILLION
  )
end

start()
local passed, failed = 0, 0
for _, test in ipairs(tests) do
  local ok, problem = pcall(test[2])
  say((ok and '    ok  ' or '    FAILED  ') .. test[1])
  if ok then
    passed = passed + 1
  else
    failed = failed + 1
    say(tostring(problem))
  end
end
pcall(vim.rpcrequest, child, 'nvim_command', 'qall!')
vim.fn.jobwait({ child }, 5000)
say(('%d passed, %d failed'):format(passed, failed))
os.exit(failed == 0 and 0 or 1)
