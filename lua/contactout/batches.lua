-- How keys are parted into requests: as many as fit into one, and fewer where the
-- server refuses. Pure.

local M = {}

--- Parts a list, in order, into lists of at most `size`.
---@param list any[]
---@param size integer
---@return any[][]
function M.split(list, size)
  local parts = {}
  for index, value in ipairs(list) do
    local place = math.floor((index - 1) / size) + 1
    parts[place] = parts[place] or {}
    table.insert(parts[place], value)
  end
  return parts
end

--- Cuts a list in two.
---@param list any[]
---@param size integer of the first part
---@return any[] first
---@return any[] rest
function M.cut(list, size)
  local first, rest = {}, {}
  for index, value in ipairs(list) do
    table.insert(index <= size and first or rest, value)
  end
  return first, rest
end

---@class contactout.BatchSizes how many keys go into one request
---@field size integer by now
local Sizes = {}
Sizes.__index = Sizes
Sizes.__name = "contactout.BatchSizes"

--- Whether a batch is larger than the smaller of two documented limits.
---@param batch any[]
---@return boolean
function Sizes:may_be_too_large(batch)
  return self._smaller ~= nil and #batch > self._smaller
end

--- What to do with a batch that was refused as invalid. One that was larger than the
--- smaller of two documented limits is sent again within that, and so is all that
--- follows. Else one of its keys may be to blame, and is found by halving.
---@param batch any[]
---@return any[][]|nil parts to be sent instead; nil: the key stands alone
function Sizes:after_refusal(batch)
  if self:may_be_too_large(batch) then
    self.size = math.min(self.size, self._smaller)
    return M.split(batch, self._smaller)
  elseif #batch > 1 then
    return M.split(batch, math.ceil(#batch / 2))
  end
end

---@param size integer at first
---@param smaller? integer the other limit that the server may turn out to have
---@return contactout.BatchSizes
function M.sizes(size, smaller)
  return setmetatable({ size = size, _smaller = smaller }, Sizes)
end

return M
