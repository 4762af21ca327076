-- What a run without a journal has found: a store of the client's cache that forgets nobody
-- before the run ends. The replies are in a temporary file without a name, what they
-- answer is in memory: about 200 bytes for each person.

local errors = require "contactout.errors"
local spill = require "contactout.bulk.spill"

local M = {}

---@class contactout.EverybodyStore
local Everybody = {}
Everybody.__index = Everybody

--- The text that is kept under a key.
---@param key string
---@return string|nil text
---@return contactout.Error|nil err kind `journal`
function Everybody:get(key)
  local place = self._places[key]
  if not place then
    return nil
  end
  local text = self._spill:get(place)
  if not text then
    return errors.fail("journal", "the temporary file of what was found can't be read")
  end
  return text
end

--- Keeps a text, in place of what was there, for as long as the run lasts.
---@param key string
---@param text string without line ends
---@return true
function Everybody:set(key, text)
  self._places[key] = self._spill:put(text)
  return true
end

--- Keeps nothing under a key any more.
---@param key string
---@return true
function Everybody:remove(key)
  self._places[key] = nil
  return true
end

function Everybody:close()
  self._spill:close()
end

---@return contactout.EverybodyStore
function M.new()
  return setmetatable({ _places = {}, _spill = spill.new() }, Everybody)
end

return M
