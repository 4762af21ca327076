-- A loop whose time is a number: it jumps to the next timer when nothing is
-- ready. The contract of contactout.loops and no more, so specs of what runs on
-- any loop run on this one, hours of it in a moment.

local heap = require "contactout.heap"
local queue = require "contactout.queue"

local M = {}

--- @return table loop, with `run(limit)` to move it on, and `time`
function M.new()
  local ready, timers, current = queue.new(), heap.new(), nil
  local loop = { name = "simulated", time = 1000, resumed = 0 }

  function loop.now()
    return loop.time
  end

  function loop.inside()
    return current ~= nil and current == coroutine.running()
  end

  function loop.waiter()
    return { coroutine = current }
  end

  function loop.park(waiter, seconds)
    if waiter.woken then
      waiter.woken = false
      return true
    end
    waiter.parked = true
    waiter.timer = seconds and timers:push(loop.time + seconds, waiter)
    return coroutine.yield()
  end

  local function unpark(waiter, result)
    waiter.parked, waiter.result = false, result
    ready:push(waiter)
  end

  function loop.wake(waiter)
    if not waiter.parked then
      waiter.woken = true
      return
    end
    if waiter.timer then
      timers:remove(waiter.timer)
    end
    unpark(waiter, true)
  end

  --- Ends a parked coroutine, as some hosts do: without a word.
  function loop.resume_never(waiter)
    if waiter.timer then
      timers:remove(waiter.timer)
    end
    waiter.parked, waiter.timer = false, nil
  end

  function loop.spawn(fn)
    ready:push({ coroutine = coroutine.create(fn) })
  end

  function loop.attach() end

  function loop.detach() end

  --- Runs until nothing is left to do, or until the time `limit`.
  function loop.run(limit)
    while true do
      local item = ready:pop()
      if item then
        current = item.coroutine
        loop.resumed = loop.resumed + 1
        local ok, err = coroutine.resume(current, item.result)
        current = nil
        if not ok then
          error(err, 0)
        end
      else
        local timer = timers:first()
        if not timer or limit and timer.at > limit then
          return
        end
        timers:remove(timer)
        loop.time = math.max(loop.time, timer.at)
        unpark(timer.value, false)
      end
    end
  end

  --- The way to park that callers of contactout.limiter pass on.
  function loop.outcome_of_park(waiter, seconds)
    return loop.park(waiter, seconds) and "woken" or "timeout"
  end

  return loop
end

return M
