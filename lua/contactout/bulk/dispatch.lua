-- What a run sends next, and whether anything may be sent by now. Works on a run (run.lua),
-- of which it gets as many batches in flight (flight.lua) as there may be.

local flight = require "contactout.bulk.flight"

local M = {}

-- The next batch to send: jobs of an earlier run come first, then what clears suspects.
local function next_batch(run)
  if run.has_jobs then
    local batch, err = run.answers:next_job()
    run.has_jobs = batch ~= nil
    if batch or err then
      run:check(batch, err)
      return batch
    end
  end
  local batch, failure = run.suspects:next_probe(), nil
  if not batch then
    batch, failure = run.intake:next_batch(run.active == 0)
  end
  if failure then
    run:stop(failure[1])
  end
  return batch and flight.fit(run, batch)
end

local function can_send(run)
  return run.active < run.concurrency and not run.intake.is_reading
    and not run.failure and not run.is_closed and not run:is_held()
    and not run.suspects:is_waiting()
end

--- Whether inputs would be read at once.
---@param run contactout.Run
---@return boolean
function M.can_read(run)
  return can_send(run) and run.suspects:is_empty() and run.intake:can_read()
end

--- Starts as many batches as may be in flight. One coroutine reads at a time: calls the
--- caller's functions, and so may yield.
---@param run contactout.Run
function M.fill(run)
  while can_send(run) do
    run:need_loop() -- raises where nothing can wait, before a batch is taken
    local batch = next_batch(run)
    if not batch or run.failure or run.is_closed then
      break
    end
    flight.start(run, batch)
  end
end

return M
