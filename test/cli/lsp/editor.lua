-- Opens a file in Neovim, set up as docs/editors.md says, and tells what an admin would see there.
-- ARGUMENTS (environment): FILE to open, TYPED text put behind its end, SETUP of this Neovim and of OLD ones, TOLD file to write to.
local told = {}

local function wait(what, test)
  if not vim.wait(30000, test, 20) then
    told.missed = what
  end
end

dofile(vim.lsp.config and vim.env.SETUP or vim.env.OLD)
vim.cmd('edit ' .. vim.fn.fnameescape(vim.env.FILE))
local clients = vim.lsp.get_clients or vim.lsp.get_active_clients
wait('a server', function() return #clients() > 0 end)
local id = clients()[1].id
wait('a finding', function() return #vim.diagnostic.get(0) > 0 end)
told.findings = vim.tbl_map(function(one)
  return { line = one.lnum + 1, column = one.col + 1, text = one.message, source = one.source }
end, vim.diagnostic.get(0))

local function ask(method, params)
  local answers = vim.lsp.buf_request_sync(0, method, params, 30000) or {}
  return (answers[id] or {}).result
end

local position = { line = told.findings[1].line - 1, character = told.findings[1].column - 1 }
local document = { uri = vim.uri_from_bufnr(0) }
local actions = ask('textDocument/codeAction', {
  textDocument = document,
  range = { start = position, ['end'] = position },
  context = { diagnostics = {} },
})
told.actions = vim.tbl_map(function(one) return one.title end, actions)
vim.lsp.util.apply_workspace_edit(actions[1].edit, 'utf-16')
wait('the finding to go', function() return #vim.diagnostic.get(0) == 0 end)
told.fixed = vim.api.nvim_buf_get_lines(0, 0, -1, false)

local last = vim.api.nvim_buf_line_count(0)
vim.api.nvim_buf_set_lines(0, last, last, false, vim.split(vim.env.TYPED, '\n'))
last = vim.api.nvim_buf_line_count(0)
local line = vim.api.nvim_buf_get_lines(0, last - 1, last, false)[1]
local items = ask('textDocument/completion', {
  textDocument = document,
  position = { line = last - 1, character = #line },
})
told.offered = vim.tbl_map(function(one) return one.label end, items.items or items)

vim.fn.writefile({ vim.fn.json_encode(told) }, vim.env.TOLD)
vim.lsp.stop_client(id)
wait('the server to end', function() return vim.lsp.client_is_stopped(id) end)
vim.cmd('qall!')
