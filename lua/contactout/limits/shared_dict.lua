-- Rate limits that all workers of one nginx share, in a dict of its own
-- (lua_shared_dict). Stands in for limiter.lua's set. The machine's monotonic clock
-- is the same in every worker; a lock in the dict, which nobody holds while he
-- waits, makes a reservation (slots.lua) one step.

local core = require "contactout.core"
local rules = require "contactout.options.rules"
local slots = require "contactout.limits.slots"

-- Seconds after which the lock of a worker that was killed is free, and after which
-- who found it taken looks again; it is held for microseconds.
local LOCK_SECONDS, LOOK_AGAIN = 0.5, 0.001
-- Bytes that the dict needs: some 100 for each request of a window.
local LEAST_CAPACITY = 256 * 1024

---@class contactout.SharedDictLimits
---@field problem? string what rate_limits must be instead, where these can't be used
---@field is_misused? boolean true where the options are wrong, and not the place
local Limits = {}
Limits.__index = Limits
Limits.__name = "contactout.SharedDictLimits"

-- The limit for an endpoint: its own, if it has got one, else its class's.
local function limit_of(self, row, name)
  local own = row.rate_doubt and self._dict:get(self._key .. "own:" .. name)
    and self._classes[row.rate_doubt]
  if not own then
    return self._classes[row.rate_class]
  end
  self._own[name] = self._own[name] or slots.limit(self._key .. name, own.rate, own.window)
  return self._own[name]
end

-- Reserves -> the time; nil while another worker is at it.
local function reserve(self, limit)
  local lock = limit.key .. "lock"
  if not self._dict:add(lock, 1, LOCK_SECONDS) then
    return nil
  end
  local at = slots.reserve(self._dict, limit, self._now())
  self._dict:delete(lock)
  return at
end

-- Parks until `at`; false: cancelled.
local function wait_until(self, at, waiter, park)
  local left = at - self._now()
  while left > 0 do
    if park(waiter, left) == "cancelled" then
      return false
    end
    left = at - self._now()
  end
  return true
end

--- Waits for the turn of a request to an endpoint, and counts it. Yields where `park`
--- does. One that is cancelled, or whose light thread nginx ends, loses its slot.
---@param row table has `rate_class`, and `rate_doubt` where the class is in doubt
---@param name string the endpoint's
---@param park fun(waiter, seconds): string "woken", "timeout" or "cancelled"
---@param loop table
---@return true|nil turn nil: cancelled
function Limits:acquire(row, name, park, loop)
  local waiter
  repeat
    local limit = limit_of(self, row, name)
    local at = reserve(self, limit)
    if at and at <= self._now() then
      return true
    end
    waiter = waiter or loop.waiter()
    if not wait_until(self, at or self._now() + LOOK_AGAIN, waiter, park) then
      return nil
    end
  until at and slots.holds(self._dict, limit, at, self._now())
  return true
end

--- The server asked for a pause: the endpoint's whole class keeps it, everywhere.
---@param seconds number
function Limits:hold(row, name, seconds)
  local now = self._now()
  slots.hold(self._dict, self._classes[row.rate_class], now, seconds)
  slots.hold(self._dict, limit_of(self, row, name), now, seconds)
end

--- Seconds of a pause that the server asked for, and that isn't over.
---@return number seconds 0: there is none
function Limits:held(row, name)
  return slots.held(self._dict, limit_of(self, row, name), self._now())
end

--- The server refused a request as too many. Where the class of the endpoint is in
--- doubt, that settles it: it is paced by itself, at the other rate, from then on.
---@param retry_after? number seconds
function Limits:refused(row, name, retry_after)
  if row.rate_doubt then
    self._dict:set(self._key .. "own:" .. name, 1)
  end
  self:hold(row, name, retry_after or 0)
  slots.widen(self._dict, self._classes[row.rate_class], self._now())
  slots.widen(self._dict, limit_of(self, row, name), self._now())
end

-- Making them -----------------------------------------------------------------------

-- The dict of that name; nil and what there must be instead.
local function find_dict(name)
  local ngx = package.loaded.ngx
  if not (ngx and ngx.shared) then
    return nil, "no shared dict outside of nginx"
  end
  local dict = ngx.shared[name]
  if not dict then
    return nil, ("a shared dict that nginx has: write \"lua_shared_dict %s 1m;\" in its http block")
      :format(tostring(name))
  elseif dict.capacity and dict:capacity() < LEAST_CAPACITY then
    return nil, ("a shared dict of 256k or more: write \"lua_shared_dict %s 1m;\""):format(name)
  end
  return dict
end

-- Parts the options: rates by class, and what stands before all names in the dict.
local function part(opts)
  local rates, key = {}, nil
  for name, value in pairs(opts or {}) do
    if name == "key" then
      key = tostring(value) .. ":"
    else
      rates[name] = value
    end
  end
  local holds, rule = rules.rate_limits(rates)
  return rates, key or "", not holds and rule or nil
end

local M = {}

---@param name string of the dict
---@param opts? table see contactout.limits.shared_dict
---@return contactout.SharedDictLimits
function M.new(name, opts)
  local dict, problem = find_dict(name)
  local rates, key, wrong = part(opts)
  if problem or wrong then
    return setmetatable({ problem = wrong or problem, is_misused = wrong ~= nil }, Limits)
  end
  return setmetatable({
    _dict = dict, _key = key,
    _classes = slots.by_class(key, rates, core.rates), _own = {}, _now = core.now,
  }, Limits)
end

return M
