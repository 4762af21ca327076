-- Keys that were sent and may have been charged, without an answer, and that are to be
-- sent again all the same, since the caller allows it (`retry_charged`). A run may end
-- before they are: then each still has its row, with the error that left it in doubt.

local ready = require "contactout.bulk.ready"

---@class contactout.Doubts
local Doubts = {}
Doubts.__index = Doubts
Doubts.__name = "contactout.Doubts"

--- A batch waits to be sent again.
---@param batch contactout.Batch
---@param err contactout.Error what is known of it by now
function Doubts:add(batch, err)
  for _, entry in ipairs(batch) do
    self._errors[entry] = err
  end
end

--- Whether a batch, which may be a part of one that was added, is in doubt: as a whole, or
--- not at all, since it is only ever cut.
---@param batch contactout.Batch
---@return boolean
function Doubts:has(batch)
  return batch[1] ~= nil and self._errors[batch[1]] ~= nil
end

--- A batch has its rows.
---@param batch contactout.Batch
function Doubts:remove(batch)
  for _, entry in ipairs(batch) do
    self._errors[entry] = nil
  end
end

--- Takes out the rows of all that will not be sent again.
---@return table|nil rows nil: there are none
function Doubts:take_rows()
  local list = {}
  for entry, err in pairs(self._errors) do
    list[#list + 1] = { entry = entry, err = err }
  end
  self._errors = {}
  return list[1] and ready.rows(list)
end

local M = {}

---@return contactout.Doubts
function M.new()
  return setmetatable({ _errors = {} }, Doubts)
end

return M
