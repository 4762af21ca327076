-- The mark of a lookup that costs credits: in a store that outlives the program it stands
-- in the reply's place from before the request is sent until it is known what came of it.
-- One that is found later tells that the answer was lost on its way: the program was
-- killed, or the power went. When to set and to lift it is for call.lua and flights.lua.

local errors = require "contactout.errors"

local M = {}

-- What stands in a reply's place.
local TEXT = "?"

local IN_DOUBT = "nothing was sent: it was asked before, and no answer came, but it may have been "
  .. "charged; retry_charged = true asks again, which may cost a second time"

---@class contactout.Mark
---@field is_set boolean
---@field is_found boolean one was there before: only an answer ends that doubt
local Mark = {}
Mark.__index = Mark

--- Sets it: it is durable when this returns.
---@return true|nil
---@return contactout.Error|nil err of the store; nothing may be sent then
function Mark:set()
  if self.is_set then
    return true
  end
  local ok, err = self._store:set(self._key, TEXT, self._seconds)
  self.is_set = ok == true
  return ok, err
end

--- Takes it away, if this one is set. If that fails it stays: in doubt nothing is sent.
function Mark:lift()
  if self.is_set and not self.is_found then
    self.is_set = not self._store:remove(self._key)
  end
end

--- Whether what is kept under a key is a mark.
---@param text? string
---@return boolean
function M.is(text)
  return text == TEXT
end

--- What one is told who asks for what is marked, while nobody waits for its answer.
---@param endpoint string
---@return nil
---@return contactout.Error
function M.refuse(endpoint)
  return errors.fail("uncertain", IN_DOUBT, {
    endpoint = endpoint, attempts = 0, maybe_charged = true, retryable = false,
  })
end

---@param store table that has `remove`
---@param key string
---@param seconds number after which it no longer counts
---@param is_found boolean there is one by now
---@return contactout.Mark
function M.new(store, key, seconds, is_found)
  return setmetatable({
    is_set = false, is_found = is_found, _store = store, _key = key, _seconds = seconds,
  }, Mark)
end

return M
