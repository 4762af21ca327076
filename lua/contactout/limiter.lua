-- How often requests may go out. Any `window` seconds hold at most `rate` of
-- them, and at most a tenth goes at once: a bucket paces them, and a ring of the
-- last `rate` times guards the window itself. Who must wait stands in a queue,
-- first come first served. The clock and the way to wait are arguments.

local core = require "contactout.core"
local queue = require "contactout.queue"

-- Requests jitter on their way: pacing at exactly the limit drew refusals from a
-- server with rolling windows. A refusal widens the margin for a while.
local MARGIN = 0.015
local WIDE_MARGIN = 0.05
local WIDE_WINDOWS = 2
-- Of the rate, how much may go at once.
local BURST = 0.1
-- Seconds after which those behind take over from a head that has not come back:
-- hosts end coroutines without telling us.
local PATIENCE = 1

-- One limiter -----------------------------------------------------------------

---@class contactout.Limiter
local Limiter = {}
Limiter.__index = Limiter
Limiter.__name = "contactout.Limiter"

-- Seconds that the window really lasts, with its margin.
local function window_at(self, now)
  local margin = now < self._wide_until and WIDE_MARGIN or MARGIN
  return self._window * (1 + margin)
end

-- The earliest time, not before `now`, at which one more may go.
local function next_time(self, now)
  local at = math.max(now, self._held_until)
  if not self._rate then
    return at
  end
  local window = window_at(self, now)
  local oldest = self._sent[self._oldest]
  if oldest then
    at = math.max(at, oldest + window)
  end
  return math.max(at, self._full_at - (self._burst - 1) * window / self._rate)
end

-- Counts one that goes now.
local function take(self, now)
  if not self._rate then
    return
  end
  -- the bucket is described by the time at which it will be full again
  self._full_at = math.max(self._full_at, now) + window_at(self, now) / self._rate
  self._sent[self._oldest] = now
  self._oldest = self._oldest % self._rate + 1
end

-- The first in the queue that still waits.
local function head(self)
  local first = self._queue:first()
  while first and first.gone do
    self._queue:pop()
    first = self._queue:first()
  end
  return first
end

local function wake(entry, by)
  if entry and entry ~= by then
    entry.loop.wake(entry.waiter)
  end
end

-- Lets those go whose time has come, in order, and tells the new head that it is
-- the one to keep the time. `by` is the caller's own entry.
local function serve(self, by)
  local before, now = head(self), self._now()
  local first = before
  while first and next_time(self, now) <= now do
    self._queue:pop()
    take(self, now)
    first.granted = true
    wake(first, by)
    first = head(self)
  end
  if first ~= before then
    wake(first, by)
  end
end

-- Seconds until `entry` must look again: its time, if it is the head; else a
-- little after its time, in case nobody wakes it.
local function time_to_wait(self, entry)
  local now = self._now()
  local first = head(self)
  local seconds = next_time(self, now) - now
  if entry == first then
    return seconds
  end
  local before = math.max(entry.number - first.number, 1)
  local each = self._rate and window_at(self, now) / self._rate or 0
  return seconds + before * each + PATIENCE
end

local function leave(self, entry)
  local was_head = head(self) == entry
  entry.gone = true
  if was_head then
    wake(head(self), entry)
  end
end

-- Who stops the thread goes first: nobody else could be served meanwhile.
local function join(self, loop)
  local entry = { loop = loop, waiter = loop.waiter() }
  self._joined = self._joined + 1
  entry.number = self._joined
  if loop.blocks then
    local first = head(self)
    entry.number = first and first.number - 1 or entry.number
    self._queue:push_first(entry)
  else
    self._queue:push(entry)
  end
  return entry
end

--- Waits until one more may go, and counts it as gone. Yields where `park` does.
---@param loop table as `contactout.loops` describes
---@param park fun(waiter, seconds): string "woken", "timeout" or "cancelled"
---@return true|nil turn nil: cancelled, at no cost to the others but a turn that came
---  together with it
function Limiter:acquire(loop, park)
  local now = self._now()
  if not head(self) and next_time(self, now) <= now then
    take(self, now)
    return true
  end
  local entry = join(self, loop)
  local outcome
  repeat
    outcome = park(entry.waiter, time_to_wait(self, entry))
    if outcome ~= "cancelled" and not entry.granted then
      serve(self, entry)
    end
  until entry.granted or outcome == "cancelled"
  if outcome ~= "cancelled" then
    return true
  end
  leave(self, entry)
  return nil
end

--- Lets nothing go for so many seconds, those in the queue included.
---@param seconds number
function Limiter:hold(seconds)
  self._held_until = math.max(self._held_until, self._now() + seconds)
end

--- Seconds for which nothing may go because a server asked for it.
---@return number seconds 0: nobody asked
function Limiter:held()
  return math.max(self._held_until - self._now(), 0)
end

--- The server refused one as too many: widens the margin for a while.
---@param retry_after? number seconds it asks to wait
function Limiter:refused(retry_after)
  self:hold(retry_after or 0)
  self._wide_until = self._now() + WIDE_WINDOWS * self._window
end

local M = {}

-- Seconds of the documented minute.
local MINUTE = 60

---@param rate number|false requests in a window; false: no limit, but `hold` works
---@param window number seconds
---@param now fun(): number seconds
---@return contactout.Limiter
function M.new(rate, window, now)
  if rate and rate < 1 then
    rate, window = 1, window / rate
  end
  rate = rate and math.floor(rate)
  return setmetatable({
    _rate = rate, _window = window, _now = now, _queue = queue.new(), _joined = 0,
    _burst = rate and math.max(1, math.floor(rate * BURST)),
    _sent = {}, _oldest = 1, -- the ring: times, and where the oldest stands
    _full_at = 0, _held_until = 0, _wide_until = 0,
  }, Limiter)
end

-- The limiters of one client ----------------------------------------------------

---@class contactout.LimiterSet one limiter for each rate class
local Set = {}
Set.__index = Set
Set.__name = "contactout.LimiterSet"

-- The limiter for an endpoint: its own, if it got one, else its class's.
local function limiter_of(self, row, name)
  return self._own[name] or self._classes[row.rate_class]
end

-- Where the vendor's page leaves the class of an endpoint in doubt, a refusal
-- settles it: from then on that endpoint is paced by itself at the other rate.
local function learn(self, row, name)
  if row.rate_doubt and self._rates[row.rate_doubt] and not self._own[name] then
    self._own[name] = M.new(self._rates[row.rate_doubt], self._window, self._now)
  end
end

--- Waits for the turn of a request to an endpoint.
---@param row table has `rate_class`, and `rate_doubt` where the class is in doubt
---@param name string the endpoint's
---@param park fun(waiter, seconds): string see Limiter:acquire
---@param loop table
---@return true|nil turn nil: cancelled
function Set:acquire(row, name, park, loop)
  return limiter_of(self, row, name):acquire(loop, park)
end

--- The server asked for a pause: the endpoint's whole class keeps it.
function Set:hold(row, name, seconds)
  self._classes[row.rate_class]:hold(seconds)
  limiter_of(self, row, name):hold(seconds)
end

--- About how many seconds so many requests take, none before them.
---@param row table an endpoint's
---@param count integer
---@return number seconds
function Set:seconds(row, count)
  local limiter = self._classes[row.rate_class]
  if not limiter._rate then
    return 0
  end
  return math.max(count - limiter._burst, 0) * limiter._window / limiter._rate
end

--- Seconds of a pause that the server asked for, and that isn't over.
---@return number seconds 0: there is none
function Set:held(row, name)
  return limiter_of(self, row, name):held()
end

--- The server refused a request as too many.
---@param retry_after? number seconds
function Set:refused(row, name, retry_after)
  self._classes[row.rate_class]:refused(retry_after)
  learn(self, row, name)
  limiter_of(self, row, name):refused(retry_after)
end

--- Makes the limiters of a client. A shared one may stand in for them: anything
--- with the methods acquire, hold, held and refused, or whose method bind gives such
--- a one for what the client is made of.
---@param rates nil|table|false requests in a window by class, and `window`, its
---  seconds; the documented ones where one is absent; false: no limits
---@param now fun(): number seconds, never going back
---@param asked? table base_url and token
---@return contactout.LimiterSet
function M.set(rates, now, asked)
  local given = rates or {}
  if given.bind then
    return given:bind(asked)
  elseif given.acquire then
    return given
  end
  local window = given.window or MINUTE
  local by_class, classes = {}, {}
  for class, documented in pairs(core.rates) do
    local rate = rates ~= false and documented
    if given[class] ~= nil then
      rate = given[class]
    end
    by_class[class], classes[class] = rate, M.new(rate, window, now)
  end
  return setmetatable({
    _rates = by_class, _window = window, _now = now, _classes = classes, _own = {},
  }, Set)
end

return M
