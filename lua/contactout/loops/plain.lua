-- Plain Lua's own scheduler: a queue of coroutines that are ready, a heap of
-- timers, and one poll over the sources' descriptors, which lasts until the next
-- timer. It knows coroutines and waiters; tasks are tasks.lua's. All its state
-- is in `state`, once for each Lua state. See init.lua for the contract.

local compat = require "contactout.compat"
local core = require "contactout.core"
local errors = require "contactout.errors"
local heap = require "contactout.heap"
local queue = require "contactout.queue"

local M = { name = "plain", spawns_outside = true, keeps = true, now = core.now }

-- What our own park yields; any other yield is the user's.
local PARKED = {}

local OTHER_COROUTINE = "this coroutine isn't one of contactout's tasks: start it with "
  .. "contactout.spawn instead of coroutine.create or coroutine.wrap"
local NESTED = "the scheduler is already running, and what runs here can't wait"
local DEADLOCK = "contactout: all tasks wait, and nothing is left that could wake one"

-- Ready items are waiters, or {coroutine=}: resumed with their `result`.
local state = {
  ready = queue.new(),
  timers = heap.new(),
  sources = {}, -- list, in order of attachment
  counts = {}, -- source -> how often it is attached
  running = nil, -- the coroutine that is being resumed
  failure = nil, -- {value}: the first error that left a coroutine
}

-- The coroutine that is being resumed. An error that a debug hook raises, such as the
-- interpreter's at ^C, may leave one behind that has yielded since.
local function running()
  local thread = state.running
  local status = thread and coroutine.status(thread)
  if status == "suspended" or status == "dead" then
    state.running = nil
  end
  return state.running
end

--- See the contract.
function M.inside()
  if not running() then
    return false
  elseif compat.running() ~= state.running then
    return nil, OTHER_COROUTINE
  elseif not compat.isyieldable() then
    return nil, compat.C_BOUNDARY
  end
  return true
end

-- Waiters ---------------------------------------------------------------------

--- A waiter: {coroutine, parked, woken, timer, result}.
function M.waiter()
  return { coroutine = state.running }
end

local function take_wake(waiter)
  local woken = waiter.woken == true
  waiter.woken = false
  return woken
end

--- Yields, or, outside of a task, runs the scheduler until woken.
---@return boolean woken false after `seconds`
function M.park(waiter, seconds)
  if take_wake(waiter) then
    return true
  elseif not waiter.coroutine then
    M.drive(function()
      return waiter.woken
    end, seconds)
    return take_wake(waiter)
  end
  waiter.parked = true
  waiter.timer = seconds and state.timers:push(M.now() + seconds, waiter)
  return coroutine.yield(PARKED)
end

-- Makes a parked waiter ready to run on, with park's result.
local function unpark(waiter, result)
  waiter.parked = false
  waiter.timer = nil
  waiter.result = result
  state.ready:push(waiter)
end

--- Wakes a waiter, parked or about to be.
---@return boolean false: it was already woken, or its time was over
function M.wake(waiter)
  if not waiter.parked then
    local was_news = waiter.result == nil and not waiter.woken
    waiter.woken = true
    return was_news
  end
  if waiter.timer then
    state.timers:remove(waiter.timer)
  end
  unpark(waiter, true)
  return true
end

--- Queues `fn` as a new coroutine.
function M.spawn(fn)
  state.ready:push({ coroutine = coroutine.create(fn) })
end

-- Sources ---------------------------------------------------------------------

--- See the contract.
function M.attach(source)
  local count = state.counts[source]
  state.counts[source] = (count or 0) + 1
  if not count then
    table.insert(state.sources, source)
  end
end

--- See the contract.
function M.detach(source)
  local count = state.counts[source] - 1
  state.counts[source] = count > 0 and count or nil
  for i = #state.sources, 1, -1 do
    if count == 0 and state.sources[i] == source then
      table.remove(state.sources, i)
    end
  end
end

-- Moving on -------------------------------------------------------------------

local function resume(item)
  local thread, result = item.coroutine, item.result
  item.result = nil
  state.running = thread
  local ok, yielded = coroutine.resume(thread, result)
  state.running = nil
  if not ok then
    state.failure = state.failure or { yielded }
  elseif yielded ~= PARKED and coroutine.status(thread) ~= "dead" then
    -- a bare yield of the user's: let the others run
    state.ready:push({ coroutine = thread })
  end
end

-- Resumes those that are ready now; who becomes ready meanwhile is next.
local function run_ready()
  for _ = 1, state.ready:count() do
    resume(state.ready:pop())
  end
end

local function poll_sources(seconds)
  local sources, descriptors = {}, {}
  for _, source in ipairs(state.sources) do
    local descriptor = source.fd()
    if descriptor then -- none: closed, and those who waited are ready
      table.insert(sources, source)
      table.insert(descriptors, descriptor)
    end
  end
  if core.poll(descriptors, seconds) then
    for _, source in ipairs(sources) do
      source.step()
    end
  end
end

local function fire_timers()
  local now, timer = M.now(), state.timers:first()
  while timer and timer.at <= now do
    state.timers:remove(timer)
    unpark(timer.value, false)
    timer = state.timers:first()
  end
end

local function raise_failure()
  local failure = state.failure
  state.failure = nil
  if failure then
    error(failure[1], 0)
  end
end

-- Seconds until there is something to do: 0 if there is now, nil if only a
-- source can tell.
local function time_to_wait(deadline)
  if state.ready:count() > 0 then
    return 0
  end
  local timer = state.timers:first()
  local at = math.min(timer and timer.at or math.huge, deadline or math.huge)
  if timer or deadline then
    return math.max(at - M.now(), 0)
  elseif #state.sources == 0 then
    raise_failure()
    error(DEADLOCK, 0)
  end
end

-- Finds out who is ready, waiting for at most `seconds` (nil: no limit).
local function collect(seconds)
  if seconds ~= 0 or #state.sources > 0 then
    poll_sources(seconds)
  end
  if state.timers:first() then
    fire_timers()
  end
end

local function refuse_nesting()
  if running() then
    error(errors.new("unsupported", NESTED), 0)
  end
end

--- Runs the scheduler until `done()`. Raises an error that left a coroutine, and
--- one of its own if nothing can happen any more.
---@param done fun(): boolean
---@param seconds? number
---@return boolean done false after `seconds`
function M.drive(done, seconds)
  refuse_nesting()
  local deadline = seconds and M.now() + seconds
  while not done() do
    if deadline and M.now() >= deadline then
      return false
    end
    collect(time_to_wait(deadline))
    run_ready()
  end
  raise_failure()
  return true
end

--- Moves on what is ready, due or readable, once, and never waits.
function M.step()
  refuse_nesting()
  collect(0)
  run_ready()
  raise_failure()
end

return M
