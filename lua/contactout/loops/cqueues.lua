-- cqueues: a waiter sleeps on a condition, and each controller has, for a source
-- that is attached in it, one coroutine that polls and steps it. That one ends by
-- its own count, or `cq:loop` never would. See init.lua for the contract.

local condition = require "cqueues.condition"
local cqueues = require "cqueues"

local compat = require "contactout.compat"
local core = require "contactout.core"

local M = { name = "cqueues", now = core.now }

local OTHER_COROUTINE = "this coroutine isn't one that cqueues runs: start it with cq:wrap or "
  .. "contactout.spawn instead of coroutine.create or coroutine.wrap"

--- See the contract.
function M.inside()
  local controller, is_own = cqueues.running()
  if not controller then
    return false
  elseif not is_own then
    return nil, OTHER_COROUTINE
  elseif not compat.isyieldable() then
    return nil, compat.C_BOUNDARY
  end
  return true
end

--- A waiter: {condition, woken}.
function M.waiter()
  return { condition = condition.new(), woken = false }
end

--- See the contract.
function M.park(waiter, seconds)
  local deadline = seconds and M.now() + seconds
  local left = seconds
  while not waiter.woken do
    cqueues.poll(waiter.condition, left)
    left = deadline and deadline - M.now()
    if left and left <= 0 then
      break
    end
  end
  local woken = waiter.woken
  waiter.woken = false
  return woken
end

--- See the contract.
function M.wake(waiter)
  if waiter.woken then
    return false
  end
  waiter.woken = true
  waiter.condition:signal()
  return true
end

--- See the contract.
function M.spawn(fn)
  cqueues.running():wrap(fn)
end

-- Sources ---------------------------------------------------------------------

-- Controller -> source -> pump, {pollfd, events, count}: what cqueues can poll.
local controllers = setmetatable({}, { __mode = "k" })

local function pumps_here()
  local controller = cqueues.running()
  controllers[controller] = controllers[controller] or {}
  return controllers[controller], controller
end

--- See the contract.
function M.attach(source)
  local pumps, controller = pumps_here()
  local pump = pumps[source]
  if not pump then
    pump = { pollfd = source.fd(), events = "r", count = 0 }
    pumps[source] = pump
    controller:wrap(function()
      while pump.count > 0 do
        cqueues.poll(pump)
        source.step()
      end
    end)
  end
  pump.count = pump.count + 1
end

--- See the contract.
function M.detach(source)
  local pumps = pumps_here()
  local pump = pumps[source]
  pump.count = pump.count - 1
  if pump.count == 0 then
    pumps[source] = nil
    -- ends its poll, and forgets a descriptor that may be about to be closed
    cqueues.cancel(pump.pollfd)
  end
end

return M
