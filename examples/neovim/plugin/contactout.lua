-- Defines :ContactOut and its <Plug> mappings, and loads nothing else: the module
-- and libcurl are loaded by the first lookup. See doc/contactout-nvim.txt.

if vim.g.loaded_contactout then
  return
end
vim.g.loaded_contactout = true

vim.api.nvim_create_user_command("ContactOut", function(command)
  require("contactout_nvim").run(command)
end, {
  bang = true, nargs = "?", range = true,
  desc = "Show who is behind an e-mail address or LinkedIn URL; with ! their contacts too",
})

vim.keymap.set("n", "<Plug>(contactout)", "<Cmd>ContactOut<CR>")
vim.keymap.set("n", "<Plug>(contactout-contacts)", "<Cmd>ContactOut!<CR>")
vim.keymap.set("x", "<Plug>(contactout)", ":ContactOut<CR>", { silent = true })
vim.keymap.set("x", "<Plug>(contactout-contacts)", ":ContactOut!<CR>", { silent = true })
