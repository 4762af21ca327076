-- One lookup under way, for all who ask for the same (flights.lua): what is known of it,
-- what each of them is told, and whether the coroutine that makes it is there and is run.

local compat = require "contactout.compat"
local errors = require "contactout.errors"

---@class contactout.Flight
---@field key string
---@field call contactout.Call of whoever asked first, with its options
---@field loop table on which it goes on
---@field askers table<table, table> waiter -> its loop; those of nginx may be gone
---@field count integer of them
---@field begun boolean
---@field called_off boolean nobody waits, or it couldn't begin
---@field result? table once it has ended, packed as pcall gives it: text, value, err
---@field task? contactout.Task that makes the call; nil where the first asker does
---@field pilot? table {what its coroutine holds}, weak: empty once a host has dropped that
---@field untaken? userdata the call's ticket, if it was seen to have ended
---@field untaken_since? number
local Flight = {}
Flight.__index = Flight

-- Seconds within which a host's own place for flights must begin with one.
local PATIENCE = 5
-- Seconds after which who waits looks whether a flight's coroutine is still there.
local LOOK_SECONDS = 1

local WEAK = { __mode = "v" }

--- Something for the coroutine that makes the call to hold, and nobody else, until it
--- lands.
---@return table pilot
function Flight:board()
  local pilot = {}
  self.pilot = setmetatable({ pilot }, WEAK)
  return pilot
end

--- Whether it is still flown by who has boarded as that.
---@param pilot table
---@return boolean
function Flight:is_flown_by(pilot)
  return self.pilot ~= nil and self.pilot[1] == pilot
end

--- The call is made.
---@param pilot? table
function Flight:land(pilot)
  self.pilot = pilot and { pilot }
end

--- Whether its coroutine is no more. Some hosts drop them without a word, as cqueues those
--- of a controller that is collected. What was sent is with the core, so whoever asks can
--- go on with it.
---@return boolean
function Flight:is_lost()
  return self.pilot ~= nil and self.pilot[1] == nil
end

--- Whether its coroutine is run to its end, whatever its host does.
---@return boolean
function Flight:surely_ends()
  return self.loop.detached ~= nil or self.loop.keeps == true
end

--- Whether what came has lain there for a while: its coroutine is there, but isn't run, as
--- in a controller of cqueues that nobody steps.
---@param now number seconds
---@return boolean
function Flight:is_stalled(now)
  local ticket = not self:surely_ends() and self.call.ticket
  local ended = ticket and ticket:ended() and ticket or nil
  if ended ~= self.untaken then
    self.untaken, self.untaken_since = ended, now
  end
  return ended ~= nil and now - self.untaken_since >= LOOK_SECONDS
end

--- Leaves its coroutine, for another to go on with the call: should the old one be run
--- again, it finds that it has nothing under way any more (sending.lua).
function Flight:change_hands()
  local old = self.call
  self.call = {}
  for name, value in pairs(old) do
    self.call[name] = value
  end
  old.ticket, old.reservation, self.untaken = nil, nil, nil
end

--- Seconds for which to wait for it before it is looked at.
---@return number|nil seconds nil: it surely ends
function Flight:patience()
  if self:surely_ends() then
    return self.loop.detached and not self.begun and PATIENCE or nil
  end
  return LOOK_SECONDS
end

--- Whether what the call has sent may be charged, whoever waits for it.
---@return boolean
function Flight:is_at_stake()
  return self.call.is_out and self.call.row.costs
end

--- Why one who asked no longer waits.
---@param is_closed boolean his client is
---@return string
function Flight:why_left(is_closed)
  if is_closed then
    return "the client was closed"
  elseif self:is_at_stake() then
    return "cancelled; what was sent goes on, and its reply goes to the cache: ask again later"
  elseif self.call.maybe_charged then
    return "cancelled before it was sent again: the first time may have been charged"
  end
  return "cancelled: what costs was not sent"
end

---@return contactout.Error
function Flight:never_began()
  return errors.new("connection", "not sent: nginx has run no timer for it; raise "
    .. "lua_max_running_timers", { endpoint = self.call.name, attempts = 0, retryable = true })
end

--- What has come of it. Of an error each asker gets a copy: it is his to change.
---@param cache contactout.Cache
---@return table|nil value
---@return contactout.Error|nil err
function Flight:outcome(cache)
  local ok, text, value, err = compat.unpack(self.result, 1, 4)
  if not ok then
    error(text, 0)
  elseif err then
    return nil, errors.new(err.kind, err.message, err)
  elseif text then
    return cache.read(text)
  end
  return value
end

local M = {}

---@param loop table
---@param call contactout.Call
---@param key string
---@return contactout.Flight
function M.new(loop, call, key)
  return setmetatable({
    key = key, call = call, loop = loop, askers = {}, count = 0, begun = false,
    called_off = false,
  }, Flight)
end

return M
