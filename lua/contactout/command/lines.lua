-- The input line by line, of which the first may be looked at beforehand. It is a handle
-- itself, for the reader of CSV: which so never waits for more than a line.

local endings = require "contactout.command.endings"

local BYTE_ORDER_MARK = "^\239\187\191" -- before the first line

---@class contactout.Lines
---@field number integer of the line that was read last, from 1
local Lines = {}
Lines.__index = Lines

--- The next line, with a line end, or nil. Raises what goes wrong.
---@return string|nil line
function Lines:read()
  local line = self.ahead
  self.ahead = nil
  if not line then
    local why
    line, why = self.handle:read("*l")
    if why then
      endings.refuse(self.name .. ": " .. why) -- a folder, or a disk that fails
    end
  end
  if not line then
    return nil
  end
  self.number = self.number + 1
  return (self.number == 1 and line:gsub(BYTE_ORDER_MARK, "") or line) .. "\n"
end

--- The next line, without its end, which `read` will give; "" at the end.
---@return string line
function Lines:peek()
  local line = self:read()
  if line then
    self.ahead, self.number = line:sub(1, -2), self.number - 1
  end
  return self.ahead or ""
end

local M = {}

---@param handle file*
---@param name string what messages call it
---@return contactout.Lines
function M.new(handle, name)
  return setmetatable({ handle = handle, name = name, number = 0 }, Lines)
end

return M
