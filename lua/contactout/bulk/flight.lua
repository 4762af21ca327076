-- Batches in flight: each is cut to the budget, recorded, sent, seen to its end, and what
-- comes of it is settled (settling.lua). Works on a run (run.lua), which it tells of what
-- ends it.

local batches = require "contactout.batches"
local compat = require "contactout.compat"
local events = require "contactout.events"
local places = require "contactout.places"
local settling = require "contactout.bulk.settling"
local task = require "contactout.task"
local waiting = require "contactout.bulk.waiting"

local M = {}

--- As much of a batch as the budget allows; all of one that an earlier run has submitted.
--- Nil: nothing by now, or for good if nothing is in flight of which less may be charged
--- than was reckoned with.
---@param run contactout.Run
---@param batch contactout.Batch
---@return contactout.Batch|nil
function M.fit(run, batch)
  local fitting, err = run.purse:fitting(#batch)
  if batch.uuid or fitting >= #batch then
    return batch
  elseif fitting > 0 then
    local part, rest = batches.cut(batch, fitting)
    run.intake:send_first(rest)
    return part
  elseif run.active > 0 then
    run:send_first(batch)
  else
    run:stop(err)
  end
end

-- Sends a batch, or takes up the job that it is, and waits for what comes of it. An
-- observer's error, which keeps it back, is raised before it is recorded as sent.
local function send(run, batch)
  if batch.uuid then
    return run.work.resume(run, batch)
  end
  events.raise(run.client)
  local ok, err = run.answers:begin(batch, run.purse:most(#batch))
  if not ok then
    run:stop(err)
    return {}
  end
  return run.work.send(run, batch)
end

-- That a job was accepted is known since it has its id.
local function send_and_settle(run, batch)
  local outcome = send(run, batch)
  if outcome.rows and not batch.uuid then
    settling.accepted(run)
  end
  if outcome.rows then
    settling.deliver(run, batch, outcome.rows, outcome.spent)
  elseif outcome.err then
    settling.failed(run, batch, outcome.err)
  end
end

-- Notes that a batch is no longer in flight.
local function leave(run, batch)
  run.suspects:ended(batch)
  run.in_flight[batch] = nil
  run.active = run.active - 1
  if run.is_closed and run.active == 0 then
    run.answers:close()
  end
  waiting.tell(run)
end

-- Sees a batch to its end, and notes what came of it. Whatever is raised on the way, ^C
-- and want of memory included, ends the run, and nobody waits for the batch any more.
local function process(run, batch)
  if run.in_flight[batch] ~= "due" then
    return -- it was called off, or has begun since then
  end
  run.in_flight[batch], run.due = "begun", run.due - 1
  if not run.is_closed then
    local ok, problem = pcall(send_and_settle, run, batch)
    if not ok then
      run:stop(problem)
    end
  end
  leave(run, batch)
end

--- Sends a batch, in a task of its own if it can have one. Raises why not, where a host
--- has no place for that: then the run can go on later.
---@param run contactout.Run
---@param batch contactout.Batch
function M.start(run, batch)
  local loop, err = places.for_task(run.client)
  if err then
    run:send_first(batch)
    error(err, 0)
  end
  run.in_flight[batch], run.due = "due", run.due + 1
  run.active = run.active + 1
  if not loop then
    return process(run, batch)
  end
  batch.task = task.start(loop, run.group, compat.pack(process, run, batch))
end

--- Takes back what no task has begun with, to be sent later, and raises why.
---@param run contactout.Run
function M.call_off(run)
  local due = {}
  for batch, state in pairs(run.in_flight) do
    due[#due + 1] = state == "due" and batch or nil
  end
  for _, batch in ipairs(due) do
    run.due = run.due - 1
    run:send_first(batch)
    leave(run, batch)
  end
  error(places.never_began({ endpoint = run.work.row.name }), 0)
end

return M
