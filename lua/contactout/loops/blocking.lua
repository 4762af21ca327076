-- The loop where there is none: to wait is to stop the thread. Meanwhile plain
-- Lua's tasks, timers and sources move on, since whoever waits here may be
-- waiting for one of them. See init.lua for the contract.

local plain = require "contactout.loops.plain"

local M = {
  name = "blocking",
  blocks = true,
  now = plain.now,
  park = plain.park,
  wake = plain.wake,
  spawn = plain.spawn,
  attach = plain.attach,
  detach = plain.detach,
}

function M.inside()
  return false
end

-- Without a coroutine: plain.park then runs the scheduler instead of yielding.
function M.waiter()
  return {}
end

return M
