-- Batches in flight: each is recorded, sent, seen to its end, and its rows are handed on,
-- or it is sent again where it wasn't charged. Works on a run (run.lua), which it tells
-- of what ends it.

local compat = require "contactout.compat"
local plain = require "contactout.loops.plain"
local ready = require "contactout.bulk.ready"
local task = require "contactout.task"

local M = {}

-- By an error of that kind all that follows would end, too.
local ENDS_RUN = {
  credentials = true, out_of_credits = true, no_access = true, unsupported = true,
  cancelled = true, -- the client was closed
}

-- Hands the rows of a batch on, once they are kept.
local function deliver(run, batch, rows, spent)
  local kept, err = run.answers:finish(batch, rows, spent)
  run:check(not err, err)
  run.ready:push_batch(kept)
end

-- A batch that cost nothing is sent again: in parts, where the server refused it, or
-- smaller, where it passed the budget. True if that helps.
local function send_again(run, batch, err)
  local parts = err.kind == "invalid_request" and run.intake.sizes:after_refusal(batch)
    or err.kind == "budget" and { batch }
  if parts and not run.failure then
    run.intake:send_again(parts)
  end
  return parts
end

-- Nothing came of a batch.
local function settle_failure(run, batch, err)
  if not err.maybe_charged then
    run:check(run.answers:refused(batch))
    if send_again(run, batch, err) then
      return
    end
  end
  if ENDS_RUN[err.kind] then
    run:stop(err)
  end
  if not ENDS_RUN[err.kind] or err.maybe_charged then
    deliver(run, batch, ready.failed(batch, err))
  end
end

-- Sends a batch, or takes up the job that it is, and waits for what comes of it.
local function send(run, batch)
  if batch.uuid then
    return run.work.resume(run, batch)
  end
  local ok, err = run.answers:begin(batch, run.purse:most(#batch))
  if not ok then
    run:stop(err)
    return {}
  end
  return run.work.send(run, batch)
end

-- Sees a batch to its end, and notes what came of it.
local function process(run, batch)
  local ok, outcome = pcall(send, run, batch)
  if not ok then
    run:stop(outcome) -- raised before anything was sent: an observer's error
  elseif outcome.rows then
    deliver(run, batch, outcome.rows, outcome.spent)
  elseif outcome.err then
    settle_failure(run, batch, outcome.err)
  end
  run.in_flight[batch] = nil
  run.active = run.active - 1
  if run.is_closed and run.active == 0 then
    run.answers:close()
  end
  run:tell()
end

--- Sends a batch, in a task of its own if there can be any.
---@param run contactout.Run
---@param batch contactout.Batch
function M.start(run, batch)
  run.in_flight[batch] = true
  run.active = run.active + 1
  if not compat.CAN_YIELD then
    return process(run, batch)
  end
  local loop = run:need_loop()
  batch.task = task.start(loop.blocks and plain or loop, run.group,
    compat.pack(process, run, batch))
end

return M
