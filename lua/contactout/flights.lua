-- The lookups that are under way, one for each key, however many ask. Each is made by a
-- flight: a task of its own, which belongs to none of them. So who asked first may be
-- cancelled, or ended by his host, and the others still get the reply; and what was paid
-- for is kept, also when nobody waits for it any more. What one of them knows of itself is
-- flight.lua's, what is asked at all lookups.lua's.

local calls = require "contactout.call"
local compat = require "contactout.compat"
local errors = require "contactout.errors"
local new_flight = require("contactout.flight").new
local sending = require "contactout.sending"
local task = require "contactout.task"

local M = {}

---@class contactout.Flights
---@field cache contactout.Cache which keeps what came, and is closed with the last of them
local Flights = {}
Flights.__index = Flights

-- Making the call -----------------------------------------------------------------

-- Keeps what came. A reply that can't be kept still has its readers: the next lookup
-- that would have to pay says why.
local function keep(self, key, text)
  local ok, err = self.cache:set(key, text)
  if not ok and not self._is_closed then
    self._problem = err
  end
end

-- Takes the mark of a call away that came to an error, of which somebody is told. Where
-- that may have been charged it stays all the same when the client was closed, which ends
-- a program more often than not.
local function lift(self, client, flight, err)
  local is_in_doubt = err.maybe_charged and (client._closed or self.cache.keeps_doubts)
  if flight.call.mark and not is_in_doubt then
    flight.call.mark:lift()
  end
end

-- Makes a flight's call -> its text, if it has one; the value and the error. `pilot` is
-- held by this coroutine alone.
local function fly(self, client, flight, pilot)
  if flight.called_off then
    return nil, nil, flight:never_began()
  elseif pilot and not flight:is_flown_by(pilot) then
    return nil -- before this one was run another has gone on with it
  end
  flight.begun = true
  local value, err = calls.make(client, flight.loop, flight.call)
  local text = self.cache.write(value, err)
  if text then
    keep(self, flight.key, text)
  elseif err and err.maybe_charged then
    self._untold[flight.key] = flight
  elseif err then
    lift(self, client, flight, err)
  end
  flight:land(pilot)
  return text, value, err
end

-- From here on who asks for the same begins anew.
local function forget(self, flight)
  if self._by_key[flight.key] == flight then
    self._by_key[flight.key] = nil
  end
end

local function close_if_over(self)
  if self._is_closed and next(self._by_key) == nil then
    self.cache:close()
  end
end

local function land(self, flight, result)
  flight.result = result
  forget(self, flight)
  close_if_over(self)
  sending.wake_all(flight.askers)
end

-- Starting ------------------------------------------------------------------------

-- Starts a flight where it outlives who asked.
local function start(self, client, flight, place)
  local pilot = flight:board()
  self._by_key[flight.key] = flight
  flight.task = task.start(place, task.group_of_request(),
    compat.pack(fly, self, client, flight, pilot),
    function(ended)
      local result = compat.pack(pcall(ended.result, ended))
      if flight:is_flown_by(pilot) then
        land(self, flight, result)
      end
    end)
end

-- Waiting -------------------------------------------------------------------------

-- What has come of a flight, for one who asked. Only here it is sure that somebody hears
-- of a doubt: all may have left while the request was out, in nginx without a word.
local function tell(self, client, flight)
  local value, err = flight:outcome(self.cache)
  if self._untold[flight.key] == flight then
    self._untold[flight.key] = nil
    lift(self, client, flight, err)
  end
  return value, err
end

-- The error of one who no longer waits. The last one takes along what isn't paid for.
local function leave(self, client, flight)
  local call = flight.call
  local err = errors.new("cancelled", flight:why_left(client._closed), {
    endpoint = call.name, attempts = call.attempts,
    maybe_charged = flight:is_at_stake() or call.maybe_charged,
  })
  if flight.count == 0 and not flight:is_at_stake() then
    flight.called_off = true
    forget(self, flight)
    lift(self, client, flight, err)
    flight.task:cancel()
  end
  return nil, err
end

-- Goes on with a flight whose coroutine its host has dropped, or doesn't run. That one is
-- woken, to end when it is run again.
local function take_over_if_left(self, client, flight, loop)
  local is_stalled = flight:is_stalled(loop.now())
  if is_stalled then
    sending.wake(client._waiters, client._parked, flight.call.ticket:id())
  end
  if is_stalled or flight:is_lost() then
    flight:change_hands()
    flight.loop = loop
    start(self, client, flight, loop)
  end
end

-- Kilobytes by which the collector is moved on while somebody waits: it alone tells of
-- coroutines that are no more, and in a host that is idle nobody else moves it.
local COLLECT_KB = 1000

-- Waits for a flight as one of those who ask.
local function wait(self, client, flight, loop)
  local waiter = loop.waiter()
  flight.askers[waiter], flight.count = loop, flight.count + 1
  local looks = 0
  local reason
  repeat
    take_over_if_left(self, client, flight, loop)
    reason = sending.park(client, loop, waiter, flight:patience())
    if reason == "timeout" and not flight.loop.detached then
      looks = looks + 1
      collectgarbage("step", COLLECT_KB * 2 ^ math.min(looks, 10))
    end
  until flight.result or reason == "cancelled"
    or reason == "timeout" and flight.loop.detached and not flight.begun
  flight.askers[waiter], flight.count = nil, flight.count - 1
  if flight.result then
    return tell(self, client, flight)
  elseif reason == "cancelled" then
    return leave(self, client, flight)
  end
  flight.called_off = true
  forget(self, flight)
  return nil, flight:never_began()
end

-- Outside of any loop: the flight's own must be run from here.
local function wait_outside(self, client, flight)
  if not flight.loop.drive then
    return errors.fail("unsupported", ("the same lookup is under way in a loop of %s that isn't "
      .. "running: run it to its end, or ask inside of it"):format(tostring(flight.loop.name)),
      { endpoint = flight.call.name })
  end
  flight.loop.drive(function()
    return flight.result ~= nil or client._closed
  end)
  if flight.result then
    return tell(self, client, flight)
  end
  return leave(self, client, flight)
end

-- Asking --------------------------------------------------------------------------

-- Makes the call itself, as one who nobody can end, for those too who ask meanwhile.
local function ask_blocking(self, client, flight, loop)
  self._by_key[flight.key], flight.loop, flight.pilot = flight, loop, nil
  flight.count = flight.count + 1
  land(self, flight, compat.pack(pcall(fly, self, client, flight)))
  return tell(self, client, flight)
end

-- Has the call made where it outlives this asker.
local function ask_first(self, client, flight, loop)
  local place, err = loop, nil
  if loop.detached then
    place, err = loop.detached()
  end
  if place then
    start(self, client, flight, place)
    return wait(self, client, flight, loop)
  elseif err then
    err.endpoint = flight.call.name
    return nil, err
  end
  -- no such place any more: for himself alone, since he may be ended
  flight.count = 1
  flight.result = compat.pack(pcall(fly, self, client, flight))
  return tell(self, client, flight)
end

--- Has a call made, or waits with those who asked before.
---@param client contactout.Client
---@param loop table of who asks
---@param call contactout.Call
---@param key string
---@return table|nil value
---@return contactout.Error|nil err
---@return contactout.Call made the one that was made for all who asked
function Flights:ask(client, loop, call, key)
  local flight, get = self._by_key[key], wait
  if not flight then
    self._untold[key] = nil -- the mark is the new one's
    flight, get = new_flight(loop, call, key), loop.blocks and ask_blocking or ask_first
  elseif loop.blocks then
    get = flight:is_lost() and ask_blocking or wait_outside
  end
  local value, err = get(self, client, flight, loop)
  return value, err, flight.call
end

--- Whether such a lookup is under way.
---@param key string
---@return boolean
function Flights:has(key)
  return self._by_key[key] ~= nil
end

--- Why the last reply couldn't be kept: told once.
---@return contactout.Error|nil err of the store
function Flights:take_problem()
  local problem = self._problem
  self._problem = nil
  return problem
end

-- Ending ---------------------------------------------------------------------------

--- Waits, outside of any loop, until nothing that may be charged is on its way.
function Flights:finish()
  local function is_done()
    for _, flight in pairs(self._by_key) do
      if flight:is_at_stake() then
        return false
      end
    end
    return true
  end
  local _, flight = next(self._by_key)
  if flight and flight.loop.drive then
    flight.loop.drive(is_done)
  end
end

--- Takes what is under way to its end, and no more.
function Flights:close()
  self._is_closed = true
  close_if_over(self)
end

---@param cache contactout.Cache
---@return contactout.Flights
function M.new(cache)
  return setmetatable({
    cache = cache, _by_key = {}, _is_closed = false,
    _untold = setmetatable({}, { __mode = "v" }), -- by their keys: what may have been charged
  }, Flights)
end

return M
