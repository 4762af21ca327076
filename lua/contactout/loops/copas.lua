-- copas: what waits for a descriptor is an object with a socket's methods, and
-- each attached source has a thread that waits for its own. Copas since 2.0 has
-- `sleep` and `wakeup`, on which waiters sleep. Older ones, such as Debian's,
-- know sockets only: there waiters are objects too, which say by `dirty` that
-- their time has come, and while one has a deadline the loop looks at the clock
-- a thousand times a second. See init.lua for the contract.

local copas = require "copas"
local socket = require "socket"

local compat = require "contactout.compat"
local core = require "contactout.core"

local M = { name = "copas", spawns_outside = true, now = core.now }

local NAP = 0.001

local HAS_SLEEP = copas.sleep ~= nil and copas.wakeup ~= nil

-- Whether `drive` below runs the loop, of which copas itself would not tell.
local is_driven = false

--- Copas doesn't tell its threads from other coroutines: any that may yield is
--- taken for one. Only newer ones say whether their loop is running.
function M.inside()
  if not compat.running() or copas.running == false and not is_driven then
    return false
  elseif not compat.isyieldable() then
    return nil, compat.C_BOUNDARY
  end
  return true
end

--- See the contract.
function M.drive(done, seconds)
  local deadline = seconds and M.now() + seconds
  while not done() do
    local left = deadline and deadline - M.now()
    if left and left <= 0 then
      return false
    end
    is_driven = true
    local ok, problem = pcall(copas.step, left)
    is_driven = false
    if not ok then
      error(problem, 0)
    end
  end
  return true
end

-- What copas can wait for ---------------------------------------------------------

-- A socket on which nothing ever arrives: select needs a descriptor from each.
local silent = (socket.udp4 or socket.udp)()

-- An object for copas.receive: `poll` says whether the wait is over, and is asked
-- when the object is ready: its descriptor readable, or `dirty`.
local function pollable(object, poll)
  function object.getfd()
    return object.fd or silent:getfd()
  end
  function object.receive()
    local was_asked = object.was_asked
    object.was_asked = true
    if was_asked and poll(object) then
      return true
    end
    return nil, "timeout"
  end
  -- called when a thread ends whose last wait this was
  function object.close() end
  return object
end

-- Waits for one; at least for a turn of the loop, or who waits for no time at
-- all would leave none to the others.
local function wait_for(object)
  object.was_asked = false
  copas.receive(object)
end

-- True, as a method: the object is always ready.
local function always()
  return true
end

-- Old ones run a new thread at once, and look for who is ready only after that.
local function yield_once()
  if HAS_SLEEP then
    return copas.sleep(0)
  end
  wait_for(pollable({ dirty = always }, always))
end

--- See the contract.
function M.spawn(fn)
  copas.addthread(function()
    yield_once()
    fn()
  end)
end

-- Waiters -----------------------------------------------------------------------

-- How many waiters of an old copas have a deadline, and whether a thread naps.
local timed, is_napping = 0, false

-- Keeps select from waiting for as long as there is a deadline.
local function keep_time()
  timed = timed + 1
  if is_napping then
    return
  end
  is_napping = true
  copas.addthread(function()
    wait_for(pollable({ dirty = always }, function()
      socket.sleep(NAP)
      is_napping = timed > 0
      return not is_napping
    end))
  end)
end

local function is_over(waiter)
  return waiter.woken or waiter.deadline ~= nil and waiter.deadline <= M.now()
end

local function park_on_object(waiter, seconds)
  waiter.deadline = seconds and M.now() + seconds
  if seconds then
    keep_time()
  end
  wait_for(waiter)
  if seconds then
    timed = timed - 1
  end
end

local function park_asleep(waiter, seconds)
  waiter.thread = coroutine.running()
  copas.sleep(seconds or -1)
  waiter.thread = nil
end

--- A waiter: {woken, thread, deadline}.
function M.waiter()
  local waiter = { woken = false }
  if not HAS_SLEEP then
    waiter.dirty = is_over
    pollable(waiter, is_over)
  end
  return waiter
end

--- See the contract.
function M.park(waiter, seconds)
  if not waiter.woken then
    (HAS_SLEEP and park_asleep or park_on_object)(waiter, seconds)
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
  if waiter.thread then
    copas.wakeup(waiter.thread)
  end
  return true
end

-- Sources -------------------------------------------------------------------------

local pumps = {} -- source -> pump

local function has_stopped(pump)
  return pump.count == 0
end

--- See the contract.
function M.attach(source)
  local pump = pumps[source]
  if not pump then
    pump = pollable({ fd = source.fd(), count = 0, dirty = has_stopped }, function(this)
      source.step()
      return has_stopped(this)
    end)
    pumps[source] = pump
    M.spawn(function()
      wait_for(pump)
    end)
  end
  pump.count = pump.count + 1
end

--- See the contract.
function M.detach(source)
  local pump = pumps[source]
  pump.count = pump.count - 1
  if pump.count == 0 then
    pumps[source] = nil
    pump.fd = nil -- it may be about to be closed, and used by another
  end
end

return M
