-- The rows of a batch as they wait to be handed out: their answers in JSON, which takes
-- half the memory of what the server's reply was decoded to, and lets go of that. Each is
-- forgotten when it is asked for.

local core = require "contactout.core"

---@class contactout.PackedRows
local PackedRows = {}
PackedRows.__index = PackedRows
PackedRows.__name = "contactout.PackedRows"

--- Adds a row.
---@param entry contactout.Entry
---@param answer any|nil unread
---@param err? contactout.Error in place of an answer
---@return string|nil json of the answer
function PackedRows:push(entry, answer, err)
  local index, json = self._last + 1, nil
  if answer ~= nil then
    json = assert(core.encode(answer)) -- as anything that was decoded can be
  end
  self._last, self._entries[index], self._json[index], self._errs[index] = index, entry, json, err
  return json
end

--- Takes out the next row.
---@return contactout.Entry|nil entry nil: there are no more
---@return any|nil answer
---@return contactout.Error|nil err
function PackedRows:next()
  local index = self._index + 1
  local entry, json, err = self._entries[index], self._json[index], self._errs[index]
  self._index, self._entries[index], self._json[index], self._errs[index] = index, nil, nil, nil
  return entry, json and core.decode(json), err
end

local M = {}

---@return contactout.PackedRows
function M.new()
  return setmetatable({ _index = 0, _last = 0, _entries = {}, _json = {}, _errs = {} }, PackedRows)
end

return M
