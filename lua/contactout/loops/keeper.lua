-- nginx: a place for coroutines that outlive the visitor who started them. Light
-- threads end with their visitor, and timers are few; so one timer at a time starts
-- as many light threads as there is work for, and ends when there is no more. Part
-- of nginx.lua, which loads it when it is needed.

local ngx = require "ngx"
local semaphore = require "ngx.semaphore"

local core = require "contactout.core"
local errors = require "contactout.errors"
local queue = require "contactout.queue"

local M = {}

-- Coroutines that one timer starts: what nginx allots to them it frees with that.
local MOST = 1000
-- Seconds within which nginx should have run a timer; a new one is set after that.
local PATIENCE = 2
-- Seconds of one wait on a semaphore.
local LONG_WAIT = 1e6

-- Once for each worker.
local state = {
  ready = queue.new(), -- functions
  keeper = nil, -- {bell, taken, active} of the timer that runs
  due_since = nil, -- when a timer was set that hasn't run yet
}

local function start(keeper, fn)
  keeper.taken, keeper.active = keeper.taken + 1, keeper.active + 1
  local ok, problem = pcall(ngx.thread.spawn, function()
    local is_done, raised = pcall(fn)
    keeper.active = keeper.active - 1
    keeper.bell:post(1)
    if not is_done then
      error(raised, 0)
    end
  end)
  if not ok then -- out of memory: whoever waits for it gives up by himself
    keeper.active = keeper.active - 1
    ngx.log(ngx.ERR, "contactout: ", problem)
  end
end

local set_timer

-- Runs what is ready until nothing is, or it has done its part. The timer is over
-- when the last of its light threads is.
local function keep()
  state.due_since = nil
  if state.keeper then
    return
  end
  local keeper = { bell = semaphore.new(0), taken = 0, active = 0 }
  state.keeper = keeper
  repeat
    while state.ready:count() > 0 and keeper.taken < MOST do
      start(keeper, state.ready:pop())
    end
    local goes_on = keeper.active > 0 and keeper.taken < MOST
    if goes_on then
      keeper.bell:wait(LONG_WAIT)
    end
  until not goes_on
  state.keeper = nil
  if state.ready:count() > 0 then
    set_timer()
  end
end

-- -> true; false: the worker ends; nil, message
set_timer = function()
  local ok, message = ngx.timer.at(0, keep)
  if ok then
    state.due_since = core.now()
    return true
  elseif ngx.worker.exiting() then
    return false
  end
  return nil, message
end

local function is_due()
  return state.due_since ~= nil and core.now() - state.due_since < PATIENCE
end

--- Makes sure that there is a timer, now or soon.
---@return boolean|nil ready false: not any more, since the worker ends
---@return contactout.Error|nil err
function M.prepare()
  if state.keeper or is_due() then
    return true
  end
  local ready, message = set_timer()
  if ready == nil then
    return nil, errors.new("connection", "not sent: nginx has no timer left (" .. message
      .. "): raise lua_max_pending_timers", { retryable = true })
  end
  return ready
end

--- Starts `fn` soon, after `prepare`.
---@param fn function
function M.spawn(fn)
  state.ready:push(fn)
  if state.keeper then
    state.keeper.bell:post(1)
  end
end

return M
