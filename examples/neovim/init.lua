-- What `make neovim` starts Neovim with, and what your own init.lua might have: the
-- plugin's folder on the runtime path, two keys, and colours if you like others.

local here = debug.getinfo(1, "S").source:match("^@(.*)/[^/]*$")

vim.opt.runtimepath:prepend(here)
vim.opt.termguicolors = true
vim.cmd("helptags " .. vim.fn.fnameescape(here .. "/doc"))

require("contactout_nvim").setup({
  highlights = {
    ContactOutNormal = { fg = "#d8dee9", bg = "#20242e" },
    ContactOutBorder = { fg = "#4c566a", bg = "#20242e" },
    ContactOutName = { fg = "#ffffff", bold = true },
    ContactOutTitle = { fg = "#88c0d0" },
    ContactOutHeading = { fg = "#ebcb8b" },
    ContactOutLabel = { fg = "#7b88a1" },
    ContactOutMuted = { fg = "#7b88a1" },
    ContactOutContact = { fg = "#a3be8c" },
    ContactOutError = { fg = "#bf616a", bold = true },
    ContactOutKey = { fg = "#b48ead", bold = true },
  },
})

vim.keymap.set({ "n", "x" }, "<Leader>p", "<Plug>(contactout)")
vim.keymap.set({ "n", "x" }, "<Leader>c", "<Plug>(contactout-contacts)")
