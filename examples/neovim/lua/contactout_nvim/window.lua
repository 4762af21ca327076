-- The floating window: a buffer of coloured lines at the cursor, as large as what
-- it shows, gone without a trace when it is closed in whatever way.

local config = require "contactout_nvim.config"

local M = {}

local NAMESPACE = vim.api.nvim_create_namespace("contactout")
local MARGIN = 1 -- columns left and right of the text

---@class contactout_nvim.Window
---@field buffer integer
---@field handle integer
local Window = {}
Window.__index = Window

--- What the layout needs to know of the window.
---@return table {width, width_of}
function M.space()
  return {
    width = math.max(20, math.min(config.options.width, vim.o.columns - 2 * MARGIN - 4)),
    width_of = vim.fn.strdisplaywidth,
  }
end

-- The buffer's lines as text, and as {row, first column, column after, group}.
local function flatten(lines)
  local texts, marks = {}, {}
  for row, pieces in ipairs(lines) do
    local text = #pieces > 0 and (" "):rep(MARGIN) or ""
    for _, piece in ipairs(pieces) do
      table.insert(marks, { row - 1, #text, #text + #piece[1], piece[2] })
      text = text .. piece[1]
    end
    texts[row] = text
  end
  return texts, marks
end

local function height_for(texts)
  return math.max(1, math.min(#texts, vim.o.lines - vim.o.cmdheight - 4))
end

-- Below the cursor, or above it where there is more room.
local function placed(texts)
  local height = height_for(texts)
  local below = vim.o.lines - vim.o.cmdheight - vim.fn.screenrow() - 2
  local is_below = below >= height or below >= vim.fn.screenrow() - 3
  return {
    relative = "cursor", anchor = is_below and "NW" or "SW", row = is_below and 1 or 0, col = 0,
    width = M.space().width + 2 * MARGIN, height = height,
    style = "minimal", border = config.options.border,
  }
end

---@return boolean
function Window:is_open()
  return vim.api.nvim_win_is_valid(self.handle) and vim.api.nvim_buf_is_valid(self.buffer)
end

--- Shows lines instead of what is there.
---@param lines table[] see layout.lua
function Window:show(lines)
  local texts, marks = flatten(lines)
  vim.bo[self.buffer].modifiable = true
  vim.api.nvim_buf_set_lines(self.buffer, 0, -1, false, texts)
  vim.bo[self.buffer].modifiable = false
  for _, mark in ipairs(marks) do
    vim.api.nvim_buf_set_extmark(self.buffer, NAMESPACE, mark[1], mark[2],
      { end_col = mark[3], hl_group = mark[4] })
  end
  vim.api.nvim_win_set_height(self.handle, height_for(texts))
  vim.api.nvim_win_set_cursor(self.handle, { 1, 0 })
end

--- Maps keys in the window.
---@param keys string[]
---@param action fun()
function Window:map(keys, action)
  for _, key in ipairs(keys) do
    vim.keymap.set("n", key, action, { buffer = self.buffer, nowait = true, silent = true })
  end
end

function Window:close()
  if vim.api.nvim_win_is_valid(self.handle) then
    vim.api.nvim_win_close(self.handle, true)
  end
end

--- Opens the window, with the cursor in it.
---@param lines table[]
---@param on_close fun() called once, however it is closed
---@return contactout_nvim.Window
function M.open(lines, on_close)
  local buffer = vim.api.nvim_create_buf(false, true)
  vim.bo[buffer].bufhidden = "wipe"
  vim.bo[buffer].filetype = "contactout"
  local handle = vim.api.nvim_open_win(buffer, true, placed((flatten(lines))))
  vim.wo[handle].winhighlight = "Normal:ContactOutNormal,NormalFloat:ContactOutNormal,"
    .. "FloatBorder:ContactOutBorder"
  vim.wo[handle].wrap = false
  vim.api.nvim_create_autocmd("BufWipeout", { buffer = buffer, once = true, callback = on_close })
  local window = setmetatable({ buffer = buffer, handle = handle }, Window)
  window:show(lines)
  return window
end

return M
