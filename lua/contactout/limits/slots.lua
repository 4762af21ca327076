-- How several processes share one rate limit: each request reserves the time at
-- which it may go, in a store that all of them see. Any `window` seconds hold at
-- most `rate` of those times, and at most a tenth of them are at once, as in
-- limiter.lua. Nobody has to be woken, and whoever never comes back has cost the
-- others his one slot. Pure: the clock and the store are arguments, and the store
-- must not change while `reserve` runs.
--
-- A store has get(name) -> number|nil and set(name, number).

local M = {}

--- As limiter.lua's, and for its reasons.
M.MARGIN, M.WIDE_MARGIN, M.WIDE_WINDOWS = 0.015, 0.05, 2
local BURST = 0.1
-- Seconds of the documented minute.
local MINUTE = 60
-- Of the window, by how much who reserved may come too late: less than the margin,
-- since the next ones' times count from the reserved one.
local LATE = 0.005

---@class contactout.SlotLimit
---@field key string before the names in the store
---@field rate integer|false requests in a window; false: no limit
---@field window number seconds
---@field burst integer how many may go at once

---@param key string
---@param rate number|false
---@param window number seconds
---@return contactout.SlotLimit
function M.limit(key, rate, window)
  if rate and rate < 1 then
    rate, window = 1, window / rate
  end
  rate = rate and math.floor(rate)
  return {
    key = key .. ":", rate = rate, window = window,
    burst = rate and math.max(1, math.floor(rate * BURST)),
  }
end

--- A limit for each class.
---@param key string before the names of the classes
---@param rates table by class, where they aren't the documented ones; `window`
---@param documented table requests a minute by class
---@return table<string, contactout.SlotLimit>
function M.by_class(key, rates, documented)
  local limits = {}
  for class, rate in pairs(documented) do
    if rates[class] ~= nil then
      rate = rates[class]
    end
    limits[class] = M.limit(key .. class, rate, rates.window or MINUTE)
  end
  return limits
end

local function read(store, limit, name)
  return store:get(limit.key .. name) or 0
end

--- Reserves the earliest time that is free.
---@param store table
---@param limit contactout.SlotLimit
---@param now number seconds, of a clock that all processes share
---@return number at not before `now`
function M.reserve(store, limit, now)
  local at = math.max(now, read(store, limit, "held"))
  if not limit.rate then
    return at
  end
  local margin = now < read(store, limit, "wide") and M.WIDE_MARGIN or M.MARGIN
  local window = limit.window * (1 + margin)
  local each = window / limit.rate
  -- the bucket is described by the time at which it will be full again
  local full_at = read(store, limit, "full")
  -- the ring of the last `rate` times, and where the oldest stands
  local oldest = read(store, limit, "oldest") % limit.rate
  local before = store:get(limit.key .. oldest) or -math.huge
  at = math.max(at, before + window, full_at - (limit.burst - 1) * each)
  store:set(limit.key .. "full", math.max(full_at, at) + each)
  store:set(limit.key .. oldest, at)
  store:set(limit.key .. "oldest", oldest + 1)
  return at
end

--- Whether a reservation still holds, now that its time has come. One that was
--- missed, or before whose time the server asked for a pause, doesn't: the request
--- must reserve again.
---@param store table
---@param limit contactout.SlotLimit
---@param at number the time that was reserved
---@param now number
---@return boolean
function M.holds(store, limit, at, now)
  local is_late = limit.rate and now - at > limit.window * LATE
  return not is_late and read(store, limit, "held") <= at
end

--- Lets nothing go for so many seconds, those who have reserved included.
---@param seconds number
function M.hold(store, limit, now, seconds)
  store:set(limit.key .. "held", math.max(read(store, limit, "held"), now + seconds))
end

--- Seconds for which nothing may go because a server asked for it.
---@return number seconds 0: nobody asked
function M.held(store, limit, now)
  return math.max(read(store, limit, "held") - now, 0)
end

--- The server refused one as too many: widens the margin for a while.
function M.widen(store, limit, now)
  store:set(limit.key .. "wide", now + M.WIDE_WINDOWS * limit.window)
end

return M
