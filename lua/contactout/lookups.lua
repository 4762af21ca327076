-- Lookups of a client that has a cache. What was found lately is given again, free, and
-- what many ask for at once is asked for once: flights.lua has what is under way. A lookup
-- is known again by what it asks, however that is spelled: question.lua. In a file, what
-- may be paid for is marked before it is sent, so that a later program knows what it
-- can't know. How a call is made is call.lua's.

local calls = require "contactout.call"
local flights = require "contactout.flights"
local marks = require "contactout.cache.mark"
local question = require "contactout.question"

local M = {}

---@class contactout.Lookups
---@field cache contactout.Cache
local Lookups = {}
Lookups.__index = Lookups

-- What the cache has to say of a call before any request: a reply, or an error; or else
-- whether it is in doubt, and to be asked all the same.
local function recall(self, call, key)
  local text, err = self.cache:find(call)
  if text and not marks.is(text) then
    return self.cache.read(text)
  end
  err = err or self._flights:take_problem()
  if text and not err and not self._flights:has(key) and not call.policy.retry_charged then
    return marks.refuse(call.name)
  end
  return nil, err, text ~= nil
end

-- Whether a call was refused in a spelling that isn't this one's, and has cost nothing.
local function is_others_fault(err, made, call)
  return err and err.kind == "invalid_request" and not err.maybe_charged
    and question.text(made.request) ~= question.text(call.request)
end

--- Makes a call, unless what it would give is kept. Yields where a host waits, but
--- not for what is kept.
---@param client contactout.Client
---@param loop table
---@param call contactout.Call for a lookup
---@return table|nil value
---@return contactout.Error|nil err
function Lookups:make(client, loop, call)
  local key = self.cache:key(call.question)
  if not key then
    return calls.make(client, loop, call)
  end
  local usable, err = client._core:fd() -- neither closed nor from before a fork
  if not usable then
    err.endpoint = call.name
    return nil, err
  end
  local value, is_in_doubt
  value, err, is_in_doubt = recall(self, call, key)
  if value ~= nil or err then
    return value, err
  end
  call.mark = call.row.costs and self.cache:mark(key, is_in_doubt) or nil
  local made
  value, err, made = self._flights:ask(client, loop, call, key)
  if is_others_fault(err, made, call) then
    return self:make(client, loop, call)
  end
  return value, err
end

--- Whether a call would give what is kept, or that it is in doubt, and send nothing.
---@param call contactout.Call
---@param is_repeated? boolean what may have been charged is asked for again
---@return boolean
function Lookups:knows(call, is_repeated)
  local text = self.cache:find(call)
  return text ~= nil and not (is_repeated and marks.is(text))
end

--- Waits, outside of any loop, until nothing that may be charged is on its way.
function Lookups:finish()
  self._flights:finish()
end

--- Takes what is under way to its end, and no more.
function Lookups:close()
  self._flights:close()
end

---@param cache contactout.Cache
---@return contactout.Lookups
function M.new(cache)
  return setmetatable({ cache = cache, _flights = flights.new(cache) }, Lookups)
end

return M
