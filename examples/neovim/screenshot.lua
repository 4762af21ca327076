-- Run by `make screenshots` inside the demo's Neovim, in a terminal on an X
-- server of its own: looks somebody up, takes the picture, and leaves.

local FILE = os.getenv("SCREENSHOT")

local function take()
  vim.cmd("redraw")
  vim.wait(500) -- until the terminal has drawn it
  vim.fn.system({ "import", "-window", os.getenv("WINDOWID"),
    "-strip", "+dither", "-colors", "64", FILE })
  vim.cmd(vim.v.shell_error == 0 and "qall!" or "cquit")
end

vim.opt.ruler, vim.opt.number = false, false
vim.opt.fillchars = "eob: "
vim.opt.laststatus = 0
vim.fn.search("grace.garcia")
vim.cmd("redraw")
vim.cmd("ContactOut!")
vim.wait(5000, function()
  return vim.fn.search("Contacts", "n") > 0
end)
vim.schedule(take)
