-- What luv and Neovim share: waiters whose coroutine goes on when the host says
-- so, libuv's timers and its polls. A poll's callback only steps its source. All
-- handles are closed once nothing needs them, or the host's loop would never
-- end. luv.lua and neovim.lua add what differs. See init.lua for the contract.

local compat = require "contactout.compat"
local core = require "contactout.core"
local errors = require "contactout.errors"

local M = {}

--- Starts a timer, once. libuv counts in whole milliseconds and rounds the present
--- down, so one more makes sure that none is early.
---@return userdata handle which the caller closes
function M.start_timer(uv, seconds, fn)
  local timer = uv.new_timer()
  uv.update_time()
  timer:start(seconds > 0 and math.ceil(seconds * 1000) + 1 or 0, 0, fn)
  return timer
end

-- Resumes a coroutine; its error is the host's to show, like any in a callback.
local function resume(thread)
  local ok, problem = coroutine.resume(thread)
  if not ok then
    error(debug.traceback(thread, tostring(problem)), 0)
  end
end

local function add_waiting(loop, uv, defer, block)
  --- A waiter: {coroutine, parked, woken, timer, result}. Without a coroutine in
  --- the main one, which waits by `block`.
  function loop.waiter()
    return { coroutine = compat.running() }
  end

  -- Ends the wait of a parked waiter with park's result.
  local function finish(waiter, result)
    waiter.parked, waiter.result = false, result
    if waiter.timer then
      waiter.timer:close()
      waiter.timer = nil
    end
    if waiter.coroutine then
      defer(function()
        if waiter.result ~= nil then
          resume(waiter.coroutine)
        end
      end)
    end
  end

  -- Until there is a result: others may resume a coroutine that isn't theirs.
  -- "interrupted" if the user ended the wait before.
  local function wait_for_result(waiter)
    while waiter.coroutine and waiter.result == nil do
      coroutine.yield()
    end
    if not waiter.coroutine and not block(function() return waiter.result ~= nil end) then
      finish(waiter, false)
      return "interrupted"
    end
  end

  --- See the contract.
  function loop.park(waiter, seconds)
    if waiter.woken then
      waiter.woken = false
      return true
    end
    waiter.parked = true
    waiter.timer = seconds and M.start_timer(uv, seconds, function()
      finish(waiter, false)
    end)
    local why = wait_for_result(waiter)
    local result = waiter.result
    waiter.result = nil
    return result, why
  end

  --- See the contract.
  function loop.wake(waiter)
    if waiter.parked then
      finish(waiter, true)
      return true
    end
    local is_news = waiter.result == nil and not waiter.woken
    waiter.woken = true
    return is_news
  end
end

local function add_sources(loop, uv)
  local polls = {} -- source -> {handle, count}

  --- See the contract.
  function loop.attach(source)
    local poll = polls[source]
    if not poll then
      local handle, problem = uv.new_poll(source.fd())
      if not handle then
        return errors.new("connection", "not sent: libuv can't watch for its reply ("
          .. tostring(problem) .. ")", { retryable = true })
      end
      poll = { handle = handle, count = 0 }
      polls[source] = poll
      poll.handle:start("r", function()
        source.step()
      end)
    end
    poll.count = poll.count + 1
  end

  --- See the contract.
  function loop.detach(source)
    local poll = polls[source]
    if not poll then
      return -- after close
    end
    poll.count = poll.count - 1
    if poll.count == 0 then
      poll.handle:close()
      polls[source] = nil
    end
  end

  --- Lets go of all sources: when the host ends.
  function loop.close()
    for source, poll in pairs(polls) do
      poll.handle:close()
      polls[source] = nil
    end
  end
end

--- The part of an adapter that doesn't depend on the host.
---@param uv table luv's functions
---@param defer fun(fn: function) calls `fn` soon, where coroutines may go on
---@param block? fun(done: fun(): boolean): boolean waits in the main coroutine;
---  false: the user has interrupted it
---@return table loop without `name` and `inside`
function M.new(uv, defer, block)
  local loop = { now = core.now, keeps = true }
  add_waiting(loop, uv, defer, block)
  add_sources(loop, uv)

  function loop.spawn(fn)
    defer(function()
      resume(coroutine.create(fn))
    end)
  end
  return loop
end

return M
