-- Texts that are kept outside of Lua's memory, in a temporary file that has no name
-- and is gone when this is collected or the program ends. Where no such file can be
-- made, or the disk is full, they are kept in memory after all.

---@class contactout.Spill
local Spill = {}
Spill.__index = Spill
Spill.__name = "contactout.Spill"

-- Goes to a place of the file; stdio wants that between reading and writing, too.
local function go_to(self, place)
  return self._file and self._file:seek("set", place)
end

--- Keeps a text without line ends.
---@param text string
---@return integer place
function Spill:put(text)
  if go_to(self, self._size) and self._file:write(text, "\n") then
    local place = self._size
    self._size = place + #text + 1
    return place
  end
  local kept = self._kept
  kept[#kept + 1] = text
  return -#kept
end

--- Gives back a text.
---@param place integer
---@return string|nil text nil: the file can't be read
function Spill:get(place)
  if place < 0 then
    return self._kept[-place]
  end
  return go_to(self, place) and self._file:read("*l") or nil
end

function Spill:close()
  if self._file then
    self._file:close()
    self._file = nil
  end
end

local M = {}

--- Makes one that is empty.
---@param open? fun(): file*|nil io.tmpfile
---@return contactout.Spill
function M.new(open)
  return setmetatable({ _file = (open or io.tmpfile)(), _size = 0, _kept = {} }, Spill)
end

return M
