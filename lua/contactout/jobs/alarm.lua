-- One timer for all who wait on one loop, however many. Whose time comes first
-- keeps it, for itself. Who takes or leaves the first place wakes the one who had
-- it or has it now. All others are just parked. Where a host may end a coroutine
-- without a word, the first one may never come back: there the others wait a
-- little longer than their time, and then help themselves. Who stops the thread
-- relies on nobody. The clock and the way to wait are arguments.

local heap = require "contactout.heap"

-- Seconds after its time in which whoever is woken should have come back.
local PATIENCE = 1

---@class contactout.Alarm
local Alarm = {}
Alarm.__index = Alarm
Alarm.__name = "contactout.Alarm"

-- Sees to it that the first keeps the time. Those long overdue have gone without
-- a word, or their host was busy: none of them holds up the others.
local function rouse(self)
  local first = self._heap:first()
  while first and first.at + PATIENCE < self._now() do
    self._heap:remove(first)
    self._loop.wake(first.value.waiter)
    first = self._heap:first()
  end
  if first and not first.value.is_timed then
    self._loop.wake(first.value.waiter)
  end
end

-- For how long to park: to one's own time if one is the first; nil: until woken.
local function time_to_park(self, entry)
  local sleeper = entry.value
  local left = math.max(entry.at - self._now(), 0)
  sleeper.is_timed = sleeper.stops_thread or self._heap:first() == entry
  if sleeper.is_timed then
    return left
  elseif not self._loop.keeps then
    return left + PATIENCE
  end
end

---@class contactout.Sleeper
---@field waiter table of the alarm's loop
---@field stops_thread boolean its wait holds up whoever was waiting before
---@field has_news boolean set by who wakes it for a reason of his own

--- Waits until `at`, or until woken with news.
---@param sleeper contactout.Sleeper
---@param at number
---@param park fun(waiter: table, seconds: number|nil): string as contactout.tasks.park
---@return string outcome "woken", "timeout" or "cancelled"
function Alarm:wait(sleeper, at, park)
  sleeper.has_news = false
  local before = self._heap:first()
  local entry = self._heap:push(at, sleeper)
  if before and self._heap:first() == entry then
    self._loop.wake(before.value.waiter)
  end
  local outcome
  repeat
    outcome = park(sleeper.waiter, time_to_park(self, entry))
  until outcome ~= "woken" or sleeper.has_news or self._now() >= at
  self._heap:remove(entry)
  rouse(self)
  return outcome
end

local M = {}

---@param loop table as `contactout.loops` describes
---@param now fun(): number seconds
---@return contactout.Alarm
function M.new(loop, now)
  return setmetatable({ _loop = loop, _now = now, _heap = heap.new() }, Alarm)
end

return M
