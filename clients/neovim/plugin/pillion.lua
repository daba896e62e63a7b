-- Commands and colours. Nothing starts before `require('pillion').setup()` is called.
vim.api.nvim_set_hl(0, 'PillionGhost', { link = 'Comment', default = true })

local commands = {
  Status = function()
    vim.notify(require('pillion').status())
  end,
  Why = function()
    vim.notify(require('pillion').why())
  end,
  Pull = function()
    require('pillion').execute('pillion.pullModel')
  end,
  Restart = function()
    require('pillion').execute('pillion.restartEngine')
  end,
  Toggle = function()
    vim.b.pillion_off = not vim.b.pillion_off
    require('pillion.ghost').dismiss()
    vim.notify(vim.b.pillion_off and 'Pillion: off here' or 'Pillion: on here')
  end,
}

for name, run in pairs(commands) do
  vim.api.nvim_create_user_command('Pillion' .. name, run, {})
end
